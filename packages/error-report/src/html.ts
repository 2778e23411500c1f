/** Finished markup, in which everything is escaped. */
export interface Html {
  readonly html: string
}

type Piece = string | number | undefined | false | Html | readonly Html[]

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Escapes text for HTML, for content and for attribute values in quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => ESCAPES[character]!)
}

/** Builds markup. Strings are escaped, {@link Html} is not; `undefined` and `false` add nothing. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  let out = strings[0]!
  for (const [i, piece] of pieces.entries()) out += markup(piece) + strings[i + 1]!
  return { html: out }
}

/** Marks text as finished markup, which is not escaped. */
export function raw(markup: string): Html {
  return { html: markup }
}

export const nothing: Html = raw('')

function markup(piece: Piece): string {
  if (piece === undefined || piece === false) return ''
  if (typeof piece === 'string') return escapeHtml(piece)
  if (typeof piece === 'number') return String(piece)
  return 'html' in piece ? piece.html : piece.map(item => item.html).join('')
}
