const NAME = /[ \t]*([\w!#$%&'*+.^`|~-]+)=/y

/**
 * Quoted as RFC 9110, section 5.6.4 does, or as browsers do (WHATWG HTML, multipart/form-data encoding algorithm), whose
 * backslash is a character like any other: one that stands before the closing quote.
 */
const VALUE = /(?:"((?:[^"\\]|\\.)*)"|"([^"]*)"|([^\s;",]*))[ \t]*(?=;|$)/sy

/**
 * The parameters of a field such as Content-Type or Content-Disposition, from its first semicolon on, by their lower-case
 * names. Undefined where they cannot be read, or one is there twice.
 */
export function readParameters(text: string): Map<string, string> | undefined {
  const found = new Map<string, string>()
  let at = text.indexOf(';')
  while (at >= 0 && at < text.length) {
    // Nothing between two semicolons, or behind the last, is no parameter.
    const next = skipBlanks(text, at + 1)
    if (next === text.length || text[next] === ';') {
      at = next
      continue
    }
    NAME.lastIndex = next
    const name = NAME.exec(text)?.[1]?.toLowerCase()
    VALUE.lastIndex = NAME.lastIndex
    const value = name === undefined ? null : VALUE.exec(text)
    if (name === undefined || value === null || found.has(name)) return undefined
    const [, escaped, plain, token] = value
    found.set(name, escaped?.replace(/\\(["\\])/g, '$1') ?? plain ?? token!)
    at = VALUE.lastIndex
  }
  return found
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t') at++
  return at
}
