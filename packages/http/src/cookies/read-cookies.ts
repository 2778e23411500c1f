import { parseCookie } from 'cookie'

/** The cookies of a request, by name. */
export type Cookies = Readonly<Record<string, string | undefined>>

const NONE: Cookies = Object.freeze(Object.create(null))

/**
 * The cookies of a request by name. Of duplicates the first counts, because RFC 6265, section 5.4 sends the most specific
 * path first.
 */
export function readCookies(header: string | undefined): Cookies {
  return header === undefined ? NONE : parseCookie(header)
}

/**
 * The value of one cookie in a `Cookie` field, as it was sent. Undefined if it is missing, or if there are two with
 * different values: which of them is ours cannot be known (cookie tossing, RFC 6265, section 8.6).
 */
export function findCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined
  let found: string | undefined
  for (let at = header.indexOf(name); at !== -1; at = header.indexOf(name, at + 1)) {
    const valueAt = at + name.length + 1
    if (header.charCodeAt(valueAt - 1) !== 0x3d || !startsPair(header, at)) continue
    const end = header.indexOf(';', valueAt)
    const value = header.slice(valueAt, end === -1 ? undefined : end).trimEnd()
    if (found !== undefined && found !== value) return undefined
    found = value
  }
  return found
}

/** Whether this is the start of a name: only spaces separate it from the semicolon or the beginning. */
function startsPair(header: string, at: number): boolean {
  let before = at - 1
  while (before >= 0 && header.charCodeAt(before) === 0x20) before--
  return before < 0 || header.charCodeAt(before) === 0x3b
}
