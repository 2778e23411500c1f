import { isPromiseLike } from '@arlen/core'
import type { Context } from '@arlen/http'
import { fastifyHeaders, unscopeFastifyPlugins, withoutFastifyOptions } from '@arlen/http/extend'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { securityError } from '../errors.ts'
import { type SecurityHeadersOptions, securityHeaders } from '../headers/security-headers.ts'
import { rateLimit } from '../rate-limit/rate-limit.ts'
import { type ForeignRateLimitOptions, foreignContext, ofContexts, passing } from './foreign.ts'

declare module 'fastify' {
  interface FastifyReply {
    /**
     * The nonce of this response, for `<script nonce>` and `<style nonce>`: generated on first use and then included in
     * the content security policy.
     */
    readonly cspNonce: string
  }
}

/** Options of {@link fastifyRateLimit}. */
export type FastifyRateLimitOptions = ForeignRateLimitOptions<FastifyRequest>

/**
 * Security headers in Fastify 5: `app.register(fastifySecurityHeaders)`, and `reply.cspNonce` for inline scripts. Options
 * are those of `securityHeaders()`.
 *
 * @throws ArlenError `csp_invalid`, `header_option_invalid`.
 */
export async function fastifySecurityHeaders(app: FastifyInstance, options: SecurityHeadersOptions): Promise<void> {
  const pass = passing(securityHeaders(withoutFastifyOptions(options)))
  const contexts = new WeakMap<FastifyReply, Context>()
  app.decorateReply('cspNonce', {
    getter(this: FastifyReply) {
      const context = contexts.get(this)
      if (context === undefined) throw securityError('nonce_missing')
      return context.cspNonce
    },
  })
  app.addHook('onRequest', (request, reply, next) => {
    const context = foreignContext(request, fastifyHeaders(reply), request.log)
    contexts.set(reply, context)
    pass(context)
    next()
  })
}

/**
 * Rate limits in Fastify 5: `app.register(fastifyRateLimit, { limit: 100, windowMs: 60_000 })` for every route below where
 * it is registered. Options are those of `rateLimit()`; `key`, `cost` and `skip` are given the request of Fastify. A request
 * over the limit becomes an `HttpError` of status 429. Behind a proxy, set Fastify's own `trustProxy`.
 *
 * @throws ArlenError `rate_limit_invalid`.
 */
export async function fastifyRateLimit(app: FastifyInstance, options: FastifyRateLimitOptions): Promise<void> {
  const pass = passing(rateLimit(ofContexts(withoutFastifyOptions(options))))
  app.addHook('onRequest', (request, reply, next) => {
    const counting = pass(foreignContext(request, fastifyHeaders(reply), request.log))
    if (isPromiseLike(counting)) counting.then(() => next(), next)
    else next()
  })
}

unscopeFastifyPlugins(fastifySecurityHeaders, fastifyRateLimit)
