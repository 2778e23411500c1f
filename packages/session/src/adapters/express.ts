import type { ServerResponse } from 'node:http'
import { type Logger, type LoggerOption, toLogger } from '@arlen/core'
import { type ForeignRequest, nodeHeaders } from '@arlen/http/extend'
import { type CsrfOptions, csrfCheck } from '../csrf/csrf.ts'
import { sessionError } from '../errors.ts'
import { type SessionOptions, sessionSettings } from '../session/session-settings.ts'
import { beforeHead } from './before-head.ts'
import { bodyField, contextOf, openRequest, type RequestMembers } from './foreign-session.ts'

declare global {
  namespace Express {
    interface Request extends RequestMembers {}
  }
}

/** The part of an Express request that is used. */
export interface ExpressRequest extends ForeignRequest {
  body?: unknown
}

/** Middleware of Express 5. */
export type ExpressMiddleware = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** Options of {@link expressSession}. */
export interface ExpressSessionOptions extends SessionOptions {
  /** Default `console`. */
  log?: LoggerOption
}

/**
 * Sessions in Express 5: `app.use(expressSession({ secrets }))`, then `request.session`, `request.flash()`,
 * `request.csrfToken()` and `request.csrfField()`. The cookie is written just before the head of the response, whatever
 * sends it. Behind a proxy, set Express's own `trust proxy`.
 *
 * @throws ArlenError `secrets_invalid`, and for each request `session_foreign` if another library has added a session
 */
export function expressSession({ log = console, ...options }: ExpressSessionOptions): ExpressMiddleware {
  const settings = sessionSettings(options, 'expressSession()')
  const logger: Logger = toLogger(log)
  return (request, response, next) => {
    if ('session' in request) throw sessionError('session_foreign', { own: 'expressSession()' })
    const { context, loading, commit } = openRequest(settings, request, nodeHeaders(response), logger)
    Object.defineProperty(request, 'session', { get: () => context.session, configurable: true, enumerable: true })
    Object.assign(request, {
      flash: context.flash.bind(context),
      csrfToken: () => context.csrfToken(),
      csrfField: () => context.csrfField(),
    })
    beforeHead(response, commit, next)
    if (loading === undefined) next()
    else loading.then(() => next(), next)
  }
}

/**
 * Rejects requests that another site made a browser send, as `csrf()` does: with an `HttpError` of status 403, which goes
 * to Express's error handlers. Needs `expressSession()` before it and, for forms, a parser: `express.urlencoded()` or one
 * for multipart forms. Options are those of `csrf()`.
 */
export function expressCsrf(options: CsrfOptions = {}): ExpressMiddleware {
  const remedy = 'Register express.urlencoded({ extended: false }), or the parser of multipart forms, above it.'
  const check = csrfCheck('expressCsrf()', options, bodyField('expressCsrf()', remedy))
  return (request, _response, next) => {
    // Synchronous here, because the form has already been parsed.
    check(contextOf(request, 'expressSession()'))
    next()
  }
}
