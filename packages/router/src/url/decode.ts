/**
 * Stands for an encoded slash while a decoded path is matched, so that `%2F` stays data and never separates segments.
 * A lone surrogate is safe for that, for no UTF-8 decodes to one.
 */
export const SLASH_STAND_IN = '\ud800'

/**
 * Percent-decodes a whole path, once, with {@link SLASH_STAND_IN} where it had an encoded slash (RFC 3986, section 2).
 *
 * @returns undefined where the path is malformed: a `%` without two hex digits, bytes that are not UTF-8, or NUL, which
 *   nobody means and which databases and file systems refuse or cut at.
 */
export function decodePath(path: string): string | undefined {
  if (path.includes(SLASH_STAND_IN)) return undefined
  try {
    const decoded = decodeURIComponent(path.replace(/%2f/gi, SLASH_STAND_IN))
    return decoded.includes('\0') ? undefined : decoded
  } catch {
    return undefined // a URIError says no more than that
  }
}

export function restoreSlashes(value: string): string {
  return value.replaceAll(SLASH_STAND_IN, '/')
}

/** Whether a decoded path has a segment `..`, with the separators of any system. */
export function climbs(path: string): boolean {
  return path.includes('..') && /(?:^|[/\\])\.\.(?:[/\\]|$)/.test(path)
}
