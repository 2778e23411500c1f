const NAME = /[ \t]*([\w!#$%&'*+.^`|~-]+)=/y

/**
 * Quoted as in RFC 9110, section 5.6.4, or as browsers do (WHATWG HTML, multipart/form-data encoding algorithm), for which a
 * backslash is an ordinary character, even before the closing quote.
 */
const VALUE = /(?:"((?:[^"\\]|\\.)*)"|"([^"]*)"|([^\s;",]*))[ \t]*(?=;|$)/sy

/**
 * The parameters of a field such as Content-Type or Content-Disposition, from its first semicolon on, by lower-case name.
 * Undefined if they cannot be parsed or a name is repeated.
 */
export function readParameters(text: string): Map<string, string> | undefined {
  const found = new Map<string, string>()
  let at = text.indexOf(';')
  while (at >= 0 && at < text.length) {
    // Empty parameters, between two semicolons or at the end, are skipped.
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
