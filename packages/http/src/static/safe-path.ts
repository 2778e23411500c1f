/**
 * The path of a file below a served folder that a request path names, or undefined where it names none: decoded once;
 * no encoded slash, backslash or NUL; no segment that climbs, is empty, or begins with a dot, `.well-known`
 * (RFC 8615) excepted.
 *
 * @param path - as it came, beginning with a slash, without the query.
 * @returns relative, with slashes; ends with one where a folder is meant; empty for the folder itself.
 */
export function safePath(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined
  let decoded = path
  if (path.includes('%')) {
    if (/%(?:2f|5c|00)/i.test(path)) return undefined
    try {
      decoded = decodeURIComponent(path)
    } catch {
      return undefined // not UTF-8, so no name of a file
    }
  }
  return isSafeName(decoded.slice(1)) ? decoded.slice(1) : undefined
}

/** Whether a decoded name, relative and with slashes, names only what is below where it begins, and nothing hidden. */
export function isSafeName(name: string): boolean {
  if (name.includes('\\') || name.includes('\0')) return false
  const segments = name.split('/')
  const last = segments.length - 1
  for (const [index, segment] of segments.entries()) {
    if (segment === '' && index < last) return false
    if (segment.startsWith('.') && segment !== '.well-known') return false
    // Windows takes a colon for a drive or a stream, and drops dots and blanks at the end of a name.
    if (process.platform === 'win32' && /[:]|[. ]$/.test(segment)) return false
  }
  return true
}
