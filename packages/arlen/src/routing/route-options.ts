import type { Middleware, Provided } from '@arlen/core'
import type { Context } from '@arlen/http'
import type { RouteOptions as RouterRouteOptions } from '@arlen/router'
import type { ResponseSchemas } from '../validation/response-check.ts'
import type { RouteSchemas } from '../validation/validation.ts'

/** Decides before the handler: `undefined` and `true` pass, `false` and `null` are 403, anything else is the response. */
export type Guard<C extends Context = Context> = (c: C) => unknown

/** One guard, its name, or several, run in this order. */
export type Guards<C extends Context = Context> = Guard<C> | string | readonly (Guard<C> | string)[]

/** One or several middleware, outermost first. */
export type Middlewares = Middleware<Context> | readonly Middleware<Context>[]

/** What only a route can have. */
interface OwnOptions<C extends Context> extends RouteSchemas {
  /** The schema of its JSON responses, for the checks in development and tests, and for OpenAPI. */
  response?: ResponseSchemas
  /**
   * Handles a request with rejected values, with `c.form` filled and the status set: values rejected by its schemas, or by
   * its handler throwing an `HttpError` with `errors`. Default: a problem document.
   */
  invalid?: (c: C) => unknown
  /** For OpenAPI. */
  summary?: string
  description?: string
  tags?: readonly string[]
}

/** Options of a route, or of a group for all its routes; the innermost applies. */
interface InheritedOptions {
  /** Why no CSRF token is required, such as `the sender signs its requests`; then none is. */
  csrfExempt?: string
  /** Largest body, in bytes, else 413; `Infinity` for any. Default: `http.maxBodyBytes` of the configuration. */
  maxBodyBytes?: number
  /** Most values in a JSON body, else 413; `Infinity` for any. Default: `http.maxJsonValues` of the configuration. */
  maxJsonValues?: number
  /**
   * Whether the OpenAPI document includes it. Default: if it belongs to an API and is not a page; see the guide on routes.
   */
  openApi?: boolean
}

/** Options that the router accepts unchanged. */
type RoutingOptions<C extends Context> = Pick<RouterRouteOptions, 'when' | 'formats' | 'constraints' | 'meta'> & {
  /** Unique in the application, for `urlFor`; a group's name is prepended to the names of its routes with a dot. */
  name?: string
  /** Guards, run before validation and the handler; the outermost group's come first. */
  under?: Guards<C>
  /** Middleware around guards, validation and handler; the outermost group's come first. */
  use?: Middlewares
}

/** Options of a route besides its path and handler. */
export interface RouteOptions<C extends Context = Context> extends OwnOptions<C>, InheritedOptions, RoutingOptions<C> {}

/** Options of a group for all its routes. */
export interface GroupOptions<C extends Context = Context> extends InheritedOptions, RoutingOptions<C> {}

/** What the guards and middleware of a route or group provide to the handlers behind them. */
export type ProvidedBy<Options> = (Options extends { readonly under: infer Under } ? Provided<Under> : unknown) &
  (Options extends { readonly use: infer Use } ? Provided<Use> : unknown)

type AppOptions = OwnOptions<Context> & InheritedOptions
type Name = keyof AppOptions

/** Every option that the router does not need to know; the compiler checks the list against the interfaces above. */
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

/** What the router is given: its own options, and ours as meta, which groups pass down to their routes. */
export function toRouting(options: object, level: 'route' | 'group'): { meta: Record<string | symbol, unknown> } {
  const routing: Record<string, unknown> = {}
  const meta: Record<string | symbol, unknown> = { ...(options as { meta?: object }).meta }
  for (const [name, value] of Object.entries(options)) {
    if (name === 'meta') continue
    const kind = Object.hasOwn(OPTIONS, name) ? OPTIONS[name as Name] : undefined
    // Options that a group cannot have are left for the router, which rejects them with their location.
    if (kind === 'inherited' || (kind === 'own' && level === 'route')) {
      if (value !== undefined) meta[KEYS[name as Name]] = value
    } else routing[name] = value
  }
  return { ...routing, meta }
}

/** An option of a route or, if inherited, of the innermost group that has it. Not checked yet. */
export function optionOf<N extends Name>(route: { readonly meta: object }, name: N): AppOptions[N] {
  return (route.meta as Record<symbol, unknown>)[KEYS[name]] as AppOptions[N]
}

/** The schemas of a route, by part. */
export function schemasOf(route: { readonly meta: object }): RouteSchemas {
  const parts = ['params', 'query', 'headers', 'body'] as const
  return Object.fromEntries(parts.map(part => [part, optionOf(route, part)])) as RouteSchemas
}
