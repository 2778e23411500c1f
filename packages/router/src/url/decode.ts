/**
 * Replaces encoded slashes while a decoded path is matched, so that `%2F` is data and never separates segments. A lone surrogate is
 * safe: no UTF-8 decodes to one.
 */
export const SLASH_STAND_IN = '\ud800'

/**
 * Percent-decodes a path once, with {@link SLASH_STAND_IN} for encoded slashes (RFC 3986, section 2).
 *
 * @returns undefined if the path is malformed: a `%` without two hex digits, bytes that are not UTF-8, or NUL, which databases and
 *   file systems reject or truncate at
 */
export function decodePath(path: string): string | undefined {
  if (path.includes(SLASH_STAND_IN)) return undefined
  try {
    const decoded = decodeURIComponent(path.replace(/%2f/gi, SLASH_STAND_IN))
    return decoded.includes('\0') ? undefined : decoded
  } catch {
    return undefined // a URIError gives no further detail
  }
}

export function restoreSlashes(value: string): string {
  return value.replaceAll(SLASH_STAND_IN, '/')
}

/** Whether a decoded path has a segment `..`, with the separators of any system. */
export function climbs(path: string): boolean {
  return path.includes('..') && /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(path)
}
