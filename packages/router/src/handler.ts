import type { Handler } from '@arlen/core'
import { routerError } from './errors.ts'
import { wrapLayers } from './layers.ts'
import type { MatchRequest } from './match/condition.ts'
import type { Hit, Match, PathParams } from './match/result.ts'
import type { Route } from './route.ts'

/** What the router needs of a context. The Context of @arlen/http has it. */
export interface RouteContext {
  readonly req: MatchRequest & {
    readonly method: string
    /** Still encoded, without the query. */
    readonly path: string
    /** Without the question mark. */
    readonly rawQuery: string
  }
  params: object
  format?: string | undefined
  redirect(location: string, status: number): unknown
  empty(init: { status: number; headers: Readonly<Record<string, string>> }): unknown
}

type Matching = (method: string, path: string, request: MatchRequest) => Match<unknown>

/**
 * Turns a route table into one handler, which matches, sets `params` and `format`, and calls the route's handler. Guards and
 * middleware are composed once, here.
 *
 * @throws handler_invalid
 */
export function toHandler<C extends RouteContext>(routes: readonly Route[], match: Matching): Handler<C> {
  const handlers = routes.map(route => wrapLayers(route.layers, toFunction<C>(route)))
  return c => {
    const { req } = c
    const matched = match(req.method, req.path, req)
    if (matched.kind !== 'hit') return answerUnmatched(matched, c)
    c.params = matched.params as PathParams
    c.format = matched.format
    return handlers[matched.route.index]!(c)
  }
}

function toFunction<C>(route: Route): Handler<C> {
  if (typeof route.value === 'function') return route.value as Handler<C>
  const problem = `is ${describe(route.value)}, not a function.`
  throw routerError('handler_invalid', { route, problem, source: route.where }, { at: route.source })
}

export function describe(value: unknown): string {
  return value === null || value === undefined ? String(value) : `a value of type ${typeof value}`
}

/**
 * Responds to a request that no route matches: redirects to the right path, or answers OPTIONS.
 *
 * @throws HttpError `not_found` (404), `method_not_allowed` (405), `path_malformed` (400)
 */
export function answerUnmatched(match: Exclude<Match<unknown>, Hit<unknown>>, c: RouteContext): unknown {
  const { method, rawQuery } = c.req
  switch (match.kind) {
    case 'redirect':
      return c.redirect(rawQuery === '' ? match.location : `${match.location}?${rawQuery}`, 308)
    case 'options':
      return c.empty({ status: 204, headers: { Allow: match.allow } })
    case 'method_not_allowed': {
      const { allow } = match
      throw routerError('method_not_allowed', { method, allow }, { headers: { Allow: allow } })
    }
    case 'malformed':
      throw routerError('path_malformed')
    case 'miss':
      throw routerError('not_found')
  }
}
