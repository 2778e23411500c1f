import type { Middleware, Provided } from '@arlen/core'
import type { Context } from '@arlen/http'
import type { RouteOptions as RouterRouteOptions } from '@arlen/router'
import type { ResponseSchemas } from '../validation/response-check.ts'
import type { RouteSchemas } from '../validation/validation.ts'

/** Decides before the handler: `undefined` and `true` pass, `false` and `null` are 403, anything else is the response. */
export type Guard<C extends Context = Context> = (c: C) => unknown

/** One guard, the name of one, or several, run in this order. */
export type Guards<C extends Context = Context> = Guard<C> | string | readonly (Guard<C> | string)[]

/** One middleware or several, the first outermost. */
export type Middlewares = Middleware<Context> | readonly Middleware<Context>[]

/** What only a route can say. */
interface OwnOptions<C extends Context> extends RouteSchemas {
  /** What its JSON responses are, for the checks of development and tests, and for OpenAPI. */
  response?: ResponseSchemas
  /**
   * Answers a request whose values were refused, with `c.form` filled and the status set: by its schemas, or by its handler
   * throwing an `HttpError` with `errors`. Without it that is a problem document.
   */
  invalid?: (c: C) => unknown
  /** For OpenAPI. */
  summary?: string
  description?: string
  tags?: readonly string[]
}

/** What a route says, or a group for all routes in it; the innermost counts. */
interface InheritedOptions {
  /** Why no CSRF token is needed, such as `the sender signs its requests`; none is then asked for. */
  csrfExempt?: string
  /** Largest body that is read, in bytes, else 413; `Infinity` for any. Default: `http.maxBodyBytes` of the configuration. */
  maxBodyBytes?: number
  /** Most values in a JSON body, else 413; `Infinity` for any. Default: `http.maxJsonValues` of the configuration. */
  maxJsonValues?: number
  /** Whether the OpenAPI document describes it. Default: where it is of an API and no page; see the guide on routes. */
  openApi?: boolean
}

/** What the router takes as it is. */
type RoutingOptions<C extends Context> = Pick<RouterRouteOptions, 'when' | 'formats' | 'constraints' | 'meta'> & {
  /** Unique in the application, for `urlFor`; of a group, put before the names of its routes with a dot. */
  name?: string
  /** Guards, run before validation and handler, the outermost group's first. */
  under?: Guards<C>
  /** Middleware around guards, validation and handler, the outermost group's first. */
  use?: Middlewares
}

/** What a route may say about itself besides its path and handler. */
export interface RouteOptions<C extends Context = Context> extends OwnOptions<C>, InheritedOptions, RoutingOptions<C> {}

/** What a group may say for all routes in it. */
export interface GroupOptions<C extends Context = Context> extends InheritedOptions, RoutingOptions<C> {}

/** What the guards and middleware of a route or group provide to the handlers behind them. */
export type ProvidedBy<Options> = (Options extends { readonly under: infer Under } ? Provided<Under> : unknown) &
  (Options extends { readonly use: infer Use } ? Provided<Use> : unknown)

type AppOptions = OwnOptions<Context> & InheritedOptions
type Name = keyof AppOptions

/** Every option that the router need not know; the compiler holds the list to the interfaces above. */
const OPTIONS: Readonly<Record<Name, 'own' | 'inherited'>> = {
  params: 'own',
  query: 'own',
  headers: 'own',
  body: 'own',
  response: 'own',
  invalid: 'own',
  summary: 'own',
  description: 'own',
  tags: 'own',
  csrfExempt: 'inherited',
  maxBodyBytes: 'inherited',
  maxJsonValues: 'inherited',
  openApi: 'inherited',
}

export const ROUTE_OPTIONS: readonly string[] = Object.keys(OPTIONS)

const KEYS = Object.fromEntries(ROUTE_OPTIONS.map(name => [name, Symbol(name)])) as Readonly<Record<Name, symbol>>

/** What the router is given: its own options, and ours as meta, which groups hand down to their routes. */
export function toRouting(options: object, level: 'route' | 'group'): { meta: Record<string | symbol, unknown> } {
  const routing: Record<string, unknown> = {}
  const meta: Record<string | symbol, unknown> = { ...(options as { meta?: object }).meta }
  for (const [name, value] of Object.entries(options)) {
    if (name === 'meta') continue
    const kind = Object.hasOwn(OPTIONS, name) ? OPTIONS[name as Name] : undefined
    // What a group cannot say is left for the router, which refuses it with its place.
    if (kind === 'inherited' || (kind === 'own' && level === 'route')) {
      if (value !== undefined) meta[KEYS[name as Name]] = value
    } else routing[name] = value
  }
  return { ...routing, meta }
}

/** What a route said, or for what is inherited the innermost group that did. Not yet checked. */
export function optionOf<N extends Name>(route: { readonly meta: object }, name: N): AppOptions[N] {
  return (route.meta as Record<symbol, unknown>)[KEYS[name]] as AppOptions[N]
}

/** The schemas of a route, by part. */
export function schemasOf(route: { readonly meta: object }): RouteSchemas {
  const parts = ['params', 'query', 'headers', 'body'] as const
  return Object.fromEntries(parts.map(part => [part, optionOf(route, part)])) as RouteSchemas
}
