import { defineMiddleware } from '@arlen/core'
import type { Context, Middleware, Reply } from '@arlen/http'
import { type CorsOptions, corsPolicy } from './cors-policy.ts'

/**
 * Lets pages of other origins read responses (Fetch, section 3.3). Preflights are answered here with 204, without a
 * handler. Origins that are not listed get no CORS headers, so their browsers block the response. Wrap the whole
 * application, because no route handles preflights.
 *
 * @throws ArlenError `cors_invalid`.
 */
export function cors(options: CorsOptions): Middleware {
  const policy = corsPolicy(options)
  return defineMiddleware('cors()', next => c => {
    const origin = c.req.header('origin')
    if (origin !== undefined && isPreflight(c)) return answerPreflight(c, policy.preflight(origin))
    if (origin !== undefined) for (const [name, value] of policy.actual(origin)) c.res.headers.set(name, value)
    if (policy.vary === undefined) return next(c)
    c.res.headers.add('Vary', policy.vary)
    return next(c)
  })
}

function isPreflight(c: Context): boolean {
  return c.req.method === 'OPTIONS' && c.req.header('access-control-request-method') !== undefined
}

function answerPreflight(c: Context, fields: Iterable<readonly [string, string]>): Reply {
  for (const [name, value] of fields) c.res.headers.set(name, value)
  for (const name of ['Origin', 'Access-Control-Request-Method', 'Access-Control-Request-Headers']) {
    c.res.headers.add('Vary', name)
  }
  return c.empty()
}
