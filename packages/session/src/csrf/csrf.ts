import { defineMiddleware } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { type Context, findCookie, type Middleware, readForm } from '@arlen/http'
import { crossSiteEvidence, originSet } from '@arlen/http/extend'
import { requestSession } from '../context.ts'
import { sessionError } from '../errors.ts'
import { isToken68, readAuthorization } from '../login/authorization.ts'
import { whenKnown } from '../session/when-known.ts'
import { CSRF_FIELD, CSRF_HEADER } from './csrf-fields.ts'

/** Options of {@link csrf}. */
export interface CsrfOptions {
  /**
   * Other origins whose pages may send requests, such as `https://pay.example`. They need the token too. Anything that
   * is not an origin is `option_invalid`.
   */
  trustedOrigins?: readonly string[]
}

/** Methods that change nothing (RFC 9110, section 9.2.1, and QUERY) and therefore need no token. */
const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY', 'TRACE'])

/** The content types that a page of another site can send without a preflight (Fetch, section 2.2.2). */
const FORM = /^\s*(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|$)/i
const MULTIPART = /^multipart\/form-data[ \t]*(?:;|$)/i
const URLENCODED = /^\s*application\/x-www-form-urlencoded\s*(?:;|$)/i

const OPTIONS: OptionTable<CsrfOptions> = { trustedOrigins: option.listOf(option.string) }

/**
 * Rejects requests that another site made a browser send (403). Both checks must pass: `Sec-Fetch-Site` and `Origin`
 * must not name another site, and the session's token must be in the form field `csrf_token` (before the first file) or
 * in the header `x-csrf-token`.
 *
 * Not checked are safe methods, requests with a bearer token or API key in `Authorization` and no session, and requests
 * without cookies that are not forms: no browser can be tricked into sending those with a user's rights.
 *
 * To exempt a route, do not wrap it, and say why next to it. Needs `session()` before it.
 */
export function csrf(options: CsrfOptions = {}): Middleware {
  const check = csrfCheck('csrf()', options, tokenField)
  const remedy = 'Use expressCsrf() of @arlen/session/express or fastifyCsrf of @arlen/session/fastify.'
  return defineMiddleware('csrf()', next => c => whenKnown(check(c), () => next(c)), remedy)
}

/** What {@link csrf} checks; throws what it rejects. `fieldOf` reads the form where the token is in no header. */
export function csrfCheck(
  owner: string,
  options: CsrfOptions,
  fieldOf: (c: Context) => CsrfField | Promise<CsrfField> | undefined,
): (c: Context) => void | Promise<void> {
  const { trustedOrigins } = readOptions(owner, options, OPTIONS)
  const trusted = originSet(trustedOrigins)
  return c => {
    const { req } = c
    if (SAFE.has(req.method)) return
    const fetchSite = req.header('sec-fetch-site')
    const evidence = crossSiteEvidence({ fetchSite, origin: req.header('origin'), host: req.host }, trusted)
    if (evidence !== undefined) throw sessionError('csrf_cross_site', { evidence })
    if (!needsToken(c)) return
    const token = req.header(CSRF_HEADER)
    if (token !== undefined) return checkToken(c, token)
    const field = fieldOf(c)
    if (field === undefined) throw missing()
    return whenKnown(field, ({ value }) => checkToken(c, value))
  }
}

/** Whether a body of this type can hold the token in a field. */
export function isForm(type: string): boolean {
  return URLENCODED.test(type) || MULTIPART.test(type)
}

/** The form field. In a multipart form it must precede the files, which are not read here. */
function tokenField({ req }: Context): CsrfField | Promise<CsrfField> | undefined {
  const type = req.header('content-type') ?? ''
  if (URLENCODED.test(type)) return whenKnown(readForm(req), form => ({ value: form[CSRF_FIELD] }))
  return MULTIPART.test(type) ? req.peekField(CSRF_FIELD).then(value => ({ value })) : undefined
}

/** The token of a form, if it is there. */
export interface CsrfField {
  value: unknown
}

function needsToken(c: Context): boolean {
  const cookies = c.req.header('cookie')
  const { settings } = requestSession(c, 'session')
  if (cookies !== undefined && findCookie(cookies, settings.cookie.name) !== undefined) return true
  if (hasToken(c)) return false
  const type = c.req.header('content-type')
  return cookies !== undefined || type === undefined || FORM.test(type)
}

/** Whether the request has credentials that browsers never add by themselves and other sites cannot add. */
function hasToken(c: Context): boolean {
  const authorization = readAuthorization(c)
  return (
    (authorization?.scheme === 'bearer' || authorization?.scheme === 'apikey') && isToken68(authorization.credentials)
  )
}

function checkToken(c: Context, token: unknown): void {
  if (typeof token !== 'string' || token === '') throw missing()
  const { session, settings } = requestSession(c, 'session')
  if (session.isNew) throw sessionError('csrf_session_missing')
  if (!settings.csrf.check(token, session.id)) throw sessionError('csrf_token_invalid')
}

function missing(): Error {
  return sessionError('csrf_token_missing', { field: CSRF_FIELD, header: CSRF_HEADER })
}
