import type { ServerResponse } from 'node:http'
import { isPromiseLike, type LoggerOption, toLogger } from '@arlen/core'
import { type ForeignRequest, nodeHeaders } from '@arlen/http/extend'
import { type SecurityHeadersOptions, securityHeaders } from '../headers/security-headers.ts'
import { rateLimit } from '../rate-limit/rate-limit.ts'
import { type ForeignRateLimitOptions, foreignContext, ofContexts, passing } from './foreign.ts'

declare global {
  namespace Express {
    interface Response {
      /**
       * The nonce of this response, for `<script nonce>` and `<style nonce>`: generated on first use and then included in
       * the content security policy.
       */
      readonly cspNonce: string
    }
  }
}

/** Middleware of Express 5. */
export type ExpressMiddleware<Request extends ForeignRequest = ForeignRequest> = (
  request: Request,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

/** Options of {@link expressRateLimit}. */
export interface ExpressRateLimitOptions<Request> extends ForeignRateLimitOptions<Request> {
  /** Default `console`. */
  log?: LoggerOption
}

/**
 * Security headers in Express 5: `app.use(expressSecurityHeaders())`, and `response.cspNonce` for inline scripts. Options
 * are those of `securityHeaders()`. `X-Powered-By` is removed. Register it first, so that errors have the headers too.
 *
 * @throws ArlenError `csp_invalid`, `header_option_invalid`.
 */
export function expressSecurityHeaders(options: SecurityHeadersOptions = {}): ExpressMiddleware {
  const pass = passing(securityHeaders(options))
  const log = toLogger(console)
  return (request, response, next) => {
    const context = foreignContext(request, nodeHeaders(response), log)
    response.removeHeader('X-Powered-By')
    pass(context)
    Object.defineProperty(response, 'cspNonce', { get: () => context.cspNonce, configurable: true })
    next()
  }
}

/**
 * Rate limits in Express 5: `app.use(expressRateLimit({ limit: 100, windowMs: 60_000 }))`. Options are those of
 * `rateLimit()`; `key`, `cost` and `skip` are given the request of Express. A request over the limit becomes an `HttpError`
 * of status 429 for Express's error handlers. Behind a proxy, set Express's own `trust proxy`.
 *
 * @throws ArlenError `rate_limit_invalid`.
 */
export function expressRateLimit<Request extends ForeignRequest = ForeignRequest>(
  options: ExpressRateLimitOptions<Request>,
): ExpressMiddleware<Request> {
  const { log = console, ...limit } = options
  const pass = passing(rateLimit(ofContexts(limit)))
  const logger = toLogger(log)
  return (request, response, next) => {
    const counting = pass(foreignContext(request, nodeHeaders(response), logger))
    if (isPromiseLike(counting)) counting.then(() => next(), next)
    else next()
  }
}
