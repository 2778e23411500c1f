import { isHost } from './grammar.ts'

export interface Target {
  path: string
  query: string
  /** The authority of an absolute target, which takes precedence over Host (RFC 9112, section 3.2.2). */
  host: string | null
}

const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/

/** Whether every percent sign in a path is followed by two hexadecimal digits (RFC 3986, section 2.1). */
export function hasBadEscape(path: string): boolean {
  return path.includes('%') && BAD_ESCAPE.test(path)
}

/** A target that does not begin with a slash: absolute-form, or `*` for OPTIONS. Null if it is invalid. */
export function otherTarget(method: string, target: string): Target | null {
  if (target === '*') return method === 'OPTIONS' ? { path: '*', query: '', host: null } : null
  const scheme = /^https?:\/\//i.exec(target)
  if (scheme === null) return null
  const rest = target.slice(scheme[0].length)
  const end = rest.search(/[/?]/)
  const host = end < 0 ? rest : rest.slice(0, end)
  // isHost rejects userinfo: it does not belong in a request, and it hides the host from people.
  if (!isHost(Buffer.from(host, 'latin1'), 0, host.length)) return null
  const tail = end < 0 ? '' : rest.slice(end)
  const mark = tail.indexOf('?')
  const path = mark < 0 ? tail : tail.slice(0, mark)
  const query = mark < 0 ? '' : tail.slice(mark + 1)
  // OPTIONS for an authority without a path asks about the server as a whole (section 3.2.4).
  return { path: path === '' ? (method === 'OPTIONS' && mark < 0 ? '*' : '/') : path, query, host }
}
