import type { Context } from '@arlen/http'
import { fastifyHeaders, unscopeFastifyPlugins, withoutFastifyOptions } from '@arlen/http/extend'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type CsrfOptions, csrfCheck } from '../csrf/csrf.ts'
import { sessionError } from '../errors.ts'
import { type SessionOptions, sessionSettings } from '../session/session-settings.ts'
import { bodyField, contextOf, type OpenedRequest, openRequest, type RequestMembers } from './foreign-session.ts'

declare module 'fastify' {
  interface FastifyRequest extends RequestMembers {}
}

/**
 * Sessions in Fastify 5: `app.register(fastifySession, { secrets })`, then `request.session`, `request.flash()`,
 * `request.csrfToken()` and `request.csrfField()`. The cookie is written with the head of the response; a reply that a
 * handler hijacks writes its own. Behind a proxy, set Fastify's own `trustProxy`.
 *
 * @throws ArlenError `secrets_invalid`, and `session_foreign` if another plugin has added a session to requests
 */
export async function fastifySession(app: FastifyInstance, options: SessionOptions): Promise<void> {
  const settings = sessionSettings(withoutFastifyOptions(options), 'fastifySession')
  if (app.hasRequestDecorator('session')) throw sessionError('session_foreign', { own: 'fastifySession' })
  const opened = new WeakMap<FastifyRequest, OpenedRequest>()
  app.decorateRequest('session', {
    getter(this: FastifyRequest) {
      return contextOf(this, 'fastifySession').session
    },
  })
  app.decorateRequest('flash', function (this: FastifyRequest, ...args: [string, unknown?]) {
    return flash(contextOf(this, 'fastifySession'), args)
  } as never)
  app.decorateRequest('csrfToken', function (this: FastifyRequest) {
    return contextOf(this, 'fastifySession').csrfToken()
  })
  app.decorateRequest('csrfField', function (this: FastifyRequest) {
    return contextOf(this, 'fastifySession').csrfField()
  })
  app.addHook('onRequest', (request, reply, next) => {
    const entry = openRequest(settings, request, fastifyHeaders(reply), request.log)
    opened.set(request, entry)
    if (entry.loading === undefined) next()
    else entry.loading.then(() => next(), next)
  })
  app.addHook('onSend', async request => {
    await opened.get(request)?.commit()
    opened.delete(request)
  })
}

/**
 * Rejects requests that another site made a browser send, as `csrf()` does: with an `HttpError` of status 403.
 * `app.register(fastifyCsrf)` after `fastifySession`; options are those of `csrf()`. Forms need a plugin that parses them
 * into `request.body`: `@fastify/formbody`, or `@fastify/multipart` with `attachFieldsToBody: 'keyValues'`.
 *
 * @throws ArlenError `session_missing` if it is registered before `fastifySession` or without it
 */
export async function fastifyCsrf(app: FastifyInstance, options: CsrfOptions): Promise<void> {
  if (!app.hasRequestDecorator('csrfToken')) {
    throw sessionError('session_missing', { name: 'session', middleware: 'app.register(fastifySession)' })
  }
  const remedy = "Register @fastify/formbody, or @fastify/multipart with attachFieldsToBody: 'keyValues'."
  const check = csrfCheck('fastifyCsrf', withoutFastifyOptions(options), bodyField('fastifyCsrf', remedy))
  app.addHook('preValidation', (request, _reply, next) => {
    // Synchronous here, because the form has already been parsed.
    check(contextOf(request, 'fastifySession'))
    next()
  })
}

function flash(context: Context, [key, ...value]: [string, unknown?]): unknown {
  return context.flash(key, ...(value as [unknown]))
}

unscopeFastifyPlugins(fastifySession, fastifyCsrf)
