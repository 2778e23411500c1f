/** Longer comments at the start of a document are considered unclosed. */
const MAX_PROLOG = 64_000

/** The byte order mark of UTF-8. */
const BOM = '\u00ef\u00bb\u00bf'
const SPACE = /[\t\n\f\r ]/

/**
 * Where a script can be inserted into an HTML document so that nothing can swallow it: at the start of its head, or before the first
 * content. What follows may be anything, such as a comment, a `<textarea>` or a `<title>` that is never closed. It is not put before
 * the doctype, which would change the rendering.
 *
 * @param text - the document so far, one character for each byte
 * @param ended - whether that is all of it
 * @returns the offset; undefined if more of the document is needed
 */
export function scriptPlace(text: string, ended: boolean): number | undefined {
  const final = ended || text.length > MAX_PROLOG
  if (!final && text.length < BOM.length && BOM.startsWith(text)) return undefined
  let at = text.startsWith(BOM) ? BOM.length : 0
  let place = at
  for (;;) {
    while (at < text.length && SPACE.test(text[at]!)) at++
    if (at === text.length) return final ? place : undefined
    const rest = text.slice(at, at + 10).toLowerCase()
    if (rest.length < 10 && !final && rest.startsWith('<') && !rest.includes('>')) return undefined // maybe part of a tag
    if (isTag(rest, 'head')) {
      const end = tagEnd(text, at)
      return end > 0 ? end : final ? place : undefined
    }
    const end = prologEnd(text, at, rest)
    if (end === undefined) return place // content
    if (end < 0) return final ? place : undefined
    if (rest.startsWith('<!doctype') || isTag(rest, 'html')) place = end
    at = end
  }
}

/** Where a comment, doctype or `<html>` ends: undefined for anything else, -1 if its end has not arrived yet. */
function prologEnd(text: string, at: number, rest: string): number | undefined {
  if (rest.startsWith('<!--')) return commentEnd(text, at)
  // The tokenizer takes `<!…>` and `<?…>` for comments (HTML, 13.2.5.41 and 13.2.5.6).
  if (rest.startsWith('<!') || rest.startsWith('<?')) return after(text, '>', at)
  return isTag(rest, 'html') ? tagEnd(text, at) : undefined
}

/** HTML, 13.2.5.43 and the states after it: `<!-->` and `<!--->` are whole, and `--!>` ends one too. */
function commentEnd(text: string, at: number): number {
  if (text.startsWith('<!-->', at)) return at + 5
  if (text.startsWith('<!--->', at)) return at + 6
  const ends = [after(text, '-->', at + 4), after(text, '--!>', at + 4)].filter(end => end > 0)
  return ends.length > 0 ? Math.min(...ends) : -1
}

/** The end of a start tag: the first `>` outside quoted values. */
function tagEnd(text: string, at: number): number {
  let quote = ''
  for (let i = at + 1; i < text.length; i++) {
    const character = text[i]!
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '>') return i + 1
    else if ((character === '"' || character === "'") && /=[\t\n\f\r ]*$/.test(text.slice(Math.max(0, i - 20), i))) {
      quote = character
    }
  }
  return -1
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from)
  return found === -1 ? -1 : found + mark.length
}

function isTag(rest: string, name: string): boolean {
  return rest.startsWith(`<${name}`) && /^[\t\n\f\r />]/.test(rest.slice(name.length + 1))
}
