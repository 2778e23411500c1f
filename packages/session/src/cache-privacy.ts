import { type Context, type HeaderList, Reply } from '@arlen/http'
import { sessionError } from './errors.ts'

const PRIVATE = /(?:^|[,\s])(?:private|no-store)(?:[,\s]|$)/i
const SHARED = /(?:^|[,\s])(?:public|s-maxage)(?:[,\s=]|$)/i

/**
 * Keeps an answer out of shared caches, because it carries a cookie or a token that is one person's (RFC 9111, section
 * 7.3): `no-store`, unless it says `private` or `no-store` itself.
 *
 * @throws ArlenError `session_public_cache` where it says `public` and `strict` is set; otherwise that is overruled.
 */
export function keepPrivate(c: Context, result: unknown, strict: boolean): void {
  const headers = cachingHeaders(c, result)
  const value = headers.get('cache-control')
  if (value !== undefined && PRIVATE.test(value)) return
  if (value !== undefined && SHARED.test(value)) {
    const error = sessionError('session_public_cache', { value })
    if (strict) throw error
    c.log.error({ err: error }, error.message)
  }
  headers.set('Cache-Control', 'no-store')
}

/**
 * An answer made with a look at somebody's session may be about that person. Where it says nothing of caches, nobody keeps
 * it while that person is logged in, for the screen may be somebody else's next (ASVS 14.3.2); otherwise only the browser
 * does, and asks before it shows it again.
 */
export function keepPersonal(c: Context, result: unknown, isLoggedIn: boolean): void {
  const headers = cachingHeaders(c, result)
  if (!headers.has('cache-control')) headers.set('Cache-Control', isLoggedIn ? 'no-store' : 'private, no-cache')
}

/** Where the answer's Cache-Control stands, or would. */
function cachingHeaders(c: Context, result: unknown): HeaderList {
  const own = result instanceof Reply && result.hasHeaders && result.headers.has('cache-control')
  return own ? result.headers : c.res.headers
}
