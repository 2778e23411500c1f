/**
 * The file path below a served folder that a request path names, or undefined if it is unsafe. It is decoded once; it must
 * not contain an encoded slash, backslash or NUL, nor segments that climb, are empty, or begin with a dot, except
 * `.well-known` (RFC 8615).
 *
 * @param path - as received, beginning with a slash, without the query
 * @returns relative, with slashes; with a trailing slash for a folder; empty for the root
 */
export function safePath(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined
  let decoded = path
  if (path.includes('%')) {
    if (/%(?:2f|5c|00)/i.test(path)) return undefined
    try {
      decoded = decodeURIComponent(path)
    } catch {
      return undefined // not UTF-8, so not the name of a file
    }
  }
  return isSafeName(decoded.slice(1)) ? decoded.slice(1) : undefined
}

/** Whether a decoded relative name stays below its root and names nothing hidden. */
export function isSafeName(name: string): boolean {
  if (name.includes('\\') || name.includes('\0')) return false
  const segments = name.split('/')
  const last = segments.length - 1
  for (const [index, segment] of segments.entries()) {
    if (segment === '' && index < last) return false
    if (segment.startsWith('.') && segment !== '.well-known') return false
    // Windows takes a colon for a drive or a stream, and drops trailing dots and blanks.
    if (process.platform === 'win32' && /[:]|[. ]$/.test(segment)) return false
  }
  return true
}
