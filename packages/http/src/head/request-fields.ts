/**
 * Looks up fields in a request head that has been parsed and checked. Nothing is indexed or decoded until it is needed;
 * each look-up scans the names once.
 */

/** The values of every field called `name` (lower case), joined by a comma as RFC 9110, section 5.3 allows. */
export function findField(head: string, from: number, name: string): string | undefined {
  let found: string | undefined
  const length = name.length
  let i = from
  // The head ends with an empty line: CR is where the next name would be.
  while (head.charCodeAt(i) !== 0x0d) {
    const colon = head.indexOf(':', i)
    const lineEnd = head.indexOf('\r', colon)
    if (colon - i === length && sameName(head, i, name)) {
      const value = trim(head, colon + 1, lineEnd)
      found = found === undefined ? value : `${found}${name === 'cookie' ? '; ' : ', '}${value}`
    }
    i = lineEnd + 2
  }
  return found
}

/** Every field by its lower-case name, with repeated ones joined. The object has no prototype, so no name is special. */
export function allFields(head: string, from: number): Record<string, string> {
  const out: Record<string, string> = Object.create(null)
  let i = from
  while (i < head.length && head.charCodeAt(i) !== 0x0d) {
    const colon = head.indexOf(':', i)
    const lineEnd = head.indexOf('\r', colon)
    const name = head.slice(i, colon).toLowerCase()
    const value = trim(head, colon + 1, lineEnd)
    const before = out[name]
    out[name] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`
    i = lineEnd + 2
  }
  return out
}

/**
 * Fields that are forbidden in a trailer section: they frame or route the message, identify the client, control the
 * response, or describe content that was already processed (RFC 9110, section 6.5.1). A digest of the content is what
 * trailers are for (RFC 9530).
 */
const NO_TRAILER =
  /^(?:age|allow|authorization|cache-control|connection|content-(?:disposition|encoding|language|length|location|range|security-policy|type)|cookie2?|date|expect|expires|forwarded|host|if-.*|keep-alive|location|max-forwards|origin|pragma|proxy-.*|range|retry-after|sec-.*|set-cookie2?|te|trailer|transfer-encoding|upgrade|vary|via|warning|www-authenticate|x-forwarded-.*|x-real-ip|x-request-id)$/

/** The fields that are allowed in a trailer section. */
export function trailerFields(section: string): Record<string, string> {
  const fields = allFields(section, 0)
  for (const name of Object.keys(fields)) if (NO_TRAILER.test(name)) delete fields[name]
  return fields
}

/** Trims SP and HTAB only: String.prototype.trim would remove octets that belong to the value. */
function trim(text: string, start: number, end: number): string {
  let from = start
  let to = end
  while (from < to && isSpace(text.charCodeAt(from))) from++
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09
}

function sameName(head: string, at: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) {
    let code = head.charCodeAt(at + i)
    if (code >= 0x41 && code <= 0x5a) code |= 0x20
    if (code !== name.charCodeAt(i)) return false
  }
  return true
}
