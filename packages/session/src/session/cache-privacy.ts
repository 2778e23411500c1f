import { type Context, type HeaderList, Reply } from '@arlen/http'
import { HeaderBlock } from '@arlen/http/extend'
import { sessionError } from '../errors.ts'

const PRIVATE = /(?:^|[,\s])(?:private|no-store)(?:[,\s]|$)/i
const NO_STORE = new HeaderBlock([['Cache-Control', 'no-store']])
const NO_CACHE = new HeaderBlock([['Cache-Control', 'private, no-cache']])
const SHARED = /(?:^|[,\s])(?:public|s-maxage)(?:[,\s=]|$)/i

/**
 * Keeps a response out of shared caches if it carries a user's cookie or token (RFC 9111, section 7.3). Sets `no-store`
 * unless the response already says `private` or `no-store`.
 *
 * @throws ArlenError `session_public_cache` if it says `public` and `strict` is set; otherwise `public` is overridden.
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
 * A response that was made from session data may be about that user. Unless it sets Cache-Control itself, it is
 * `no-store` for logged-in users, because someone else may use the screen next (ASVS 14.3.2), and otherwise `private,
 * no-cache`.
 */
export function keepPersonal(c: Context, result: unknown, isLoggedIn: boolean): void {
  if (result instanceof Reply && result.hasHeaders && result.headers.has('cache-control')) return
  c.baseHeaders(isLoggedIn ? NO_STORE : NO_CACHE) // what is set already stays
}

/** The headers that hold the response's Cache-Control, or would. */
function cachingHeaders(c: Context, result: unknown): HeaderList {
  const own = result instanceof Reply && result.hasHeaders && result.headers.has('cache-control')
  return own ? result.headers : c.res.headers
}
