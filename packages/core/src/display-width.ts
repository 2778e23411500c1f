/** Made when first needed: it takes megabytes. */
let graphemes: Intl.Segmenter | undefined

// Unicode Standard Annex 11: East Asian Wide and Fullwidth. Emoji in picture form are just as wide.
const WIDE =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f2ff}\u{20000}-\u{3fffd}]/u
const PICTURE =
  /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\ufe0f|\p{Regional_Indicator}{2}|[#*\d]\ufe0f\u20e3)/u
const INVISIBLE = /^[\p{Mark}\p{Default_Ignorable_Code_Point}\p{Control}]*$/u

/** The number of terminal columns that a grapheme takes. */
function widthOf(grapheme: string): number {
  if (WIDE.test(grapheme) || PICTURE.test(grapheme)) return 2
  return INVISIBLE.test(grapheme) ? 0 : 1
}

/** White space as wide as a line of text. Tabs stay tabs, because their width is unknown. */
export function blankOf(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return ' '.repeat(text.length)
  let blank = ''
  graphemes ??= new Intl.Segmenter('en', { granularity: 'grapheme' })
  for (const { segment } of graphemes.segment(text)) blank += segment === '\t' ? '\t' : ' '.repeat(widthOf(segment))
  return blank
}
