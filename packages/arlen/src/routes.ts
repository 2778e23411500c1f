import type { Handler, Middleware, Provided } from '@arlen/core'
import type { Context } from '@arlen/http'
import {
  ANY,
  type Join,
  type Route,
  type RouteOptions as RouterRouteOptions,
  type Routes as RouterRoutes,
} from '@arlen/router'
import { toHandler } from './controller.ts'
import type { ResponseSchemas } from './response-check.ts'
import type { ActionName, Controller, RouteHandler } from './route-context.ts'
import type { RouteSchemas } from './validation.ts'

/** Decides before the handler: `undefined` and `true` pass, `false` and `null` are 403, anything else is the answer. */
export type Guard<C extends Context = Context> = (c: C) => unknown

/** One guard, the name of one, or several, run in this order. */
export type Guards<C extends Context = Context> = Guard<C> | string | readonly (Guard<C> | string)[]

/** One middleware or several, the first outermost. */
export type Middlewares = Middleware<Context> | readonly Middleware<Context>[]

/** What a route may say about itself besides its path and handler. */
export interface RouteOptions<C extends Context = Context>
  extends RouteSchemas,
    Pick<RouterRouteOptions, 'when' | 'formats' | 'constraints' | 'meta'> {
  /** What its JSON answers are, for the checks of development and tests, and for OpenAPI. */
  response?: ResponseSchemas
  /**
   * Answers a request whose values were refused, with `c.form` filled and the status set: by its schemas, or by its handler
   * throwing an `HttpError` with `errors`. Without it that is a problem document.
   */
  invalid?: (c: C) => unknown
  /** Why no CSRF token is needed, such as `the sender signs its requests`; none is then asked for. */
  csrfExempt?: string
  /** Largest body that is read, in bytes, else 413; `Infinity` for any. Default: `http.maxBodyBytes` of the configuration. */
  bodyLimit?: number
  /** For OpenAPI. */
  summary?: string
  description?: string
  tags?: readonly string[]
  /** Unique in the application, for `urlFor`. */
  name?: string
  /** Guards, run before validation and handler, the outermost group's first. */
  under?: Guards<C>
  /** Middleware around guards, validation and handler, the outermost group's first. */
  use?: Middlewares
}

/** What the guards and middleware of a route or group provide to the handlers behind them. */
export type ProvidedBy<Options> = (Options extends { readonly under: infer Under } ? Provided<Under> : unknown) &
  (Options extends { readonly use: infer Use } ? Provided<Use> : unknown)

export interface GroupOptions<C extends Context = Context>
  extends Omit<RouteOptions<C>, keyof RouteSchemas | 'response' | 'invalid' | 'summary' | 'description' | 'tags'> {}

/** What an application keeps about a route that the router need not know. */
export interface RouteFacts {
  readonly schemas: RouteSchemas
  readonly response: ResponseSchemas | undefined
  readonly invalid: ((c: Context) => unknown) | undefined
  readonly summary: string | undefined
  readonly description: string | undefined
  readonly tags: readonly string[]
}

const FACTS: unique symbol = Symbol('facts')
const CSRF_EXEMPT: unique symbol = Symbol('csrfExempt')
const BODY_LIMIT: unique symbol = Symbol('bodyLimit')

/** As meta, which groups hand down to their routes. */
function inherited(csrfExempt: string | undefined, bodyLimit: number | undefined): object {
  return {
    ...(csrfExempt !== undefined && { [CSRF_EXEMPT]: csrfExempt }),
    ...(bodyLimit !== undefined && { [BODY_LIMIT]: bodyLimit }),
  }
}

export function isCsrfExempt(route: { readonly meta: object }): boolean {
  return CSRF_EXEMPT in route.meta
}

/** Of the route, else of the innermost group that has one. Not yet judged. */
export function bodyLimitOf(route: { readonly meta: object }): unknown {
  return (route.meta as { [BODY_LIMIT]?: unknown })[BODY_LIMIT]
}

export function factsOf(route: { readonly meta: object }): RouteFacts {
  return (route.meta as { [FACTS]?: RouteFacts })[FACTS] ?? NO_FACTS
}

const NO_FACTS: RouteFacts = {
  schemas: {},
  response: undefined,
  invalid: undefined,
  summary: undefined,
  description: undefined,
  tags: [],
}

/** What a route can say here and not to the router alone. */
export const ROUTE_OPTIONS: readonly string[] = [
  'params',
  'query',
  'headers',
  'body',
  'response',
  'invalid',
  'csrfExempt',
  'bodyLimit',
  'summary',
  'description',
  'tags',
]

type Inner = RouterRoutes<Handler<Context>, string>

/** Adds a route: its path, what it says about itself, and who answers it. */
export interface AddRoute<Prefix extends string, Members = unknown> {
  <const Path extends string>(
    path: Path,
    handler: RouteHandler<Join<Prefix, Path>, Record<never, never>, Members>,
  ): Route<Handler<Context>, Join<Prefix, Path>>
  <const Path extends string, const Options extends RouteOptions<Context & Members>>(
    path: Path,
    options: Options,
    handler: RouteHandler<Join<Prefix, Path>, Options, Members & ProvidedBy<Options>>,
  ): Route<Handler<Context>, Join<Prefix, Path>>
  <const Path extends string, C extends Controller>(
    path: Path,
    action: readonly [C, ActionName<C, Join<Prefix, Path>, Record<never, never>, Members>],
  ): Route<Handler<Context>, Join<Prefix, Path>>
  <const Path extends string, const Options extends RouteOptions<Context & Members>, C extends Controller>(
    path: Path,
    options: Options,
    action: readonly [C, ActionName<C, Join<Prefix, Path>, Options, Members & ProvidedBy<Options>>],
  ): Route<Handler<Context>, Join<Prefix, Path>>
}

/**
 * The part of an application that takes routes; a group is one with a prefix. `Members` are what the guards and middleware
 * around it provide: a function of `Routes<'/orders', Provided<typeof requireUser>>` takes no group without that guard.
 */
export class Routes<Prefix extends string = '', Members = unknown> {
  readonly #inner: Inner
  readonly get: AddRoute<Prefix, Members> = this.adding('GET')
  readonly head: AddRoute<Prefix, Members> = this.adding('HEAD')
  readonly post: AddRoute<Prefix, Members> = this.adding('POST')
  readonly put: AddRoute<Prefix, Members> = this.adding('PUT')
  readonly patch: AddRoute<Prefix, Members> = this.adding('PATCH')
  readonly delete: AddRoute<Prefix, Members> = this.adding('DELETE')
  readonly options: AddRoute<Prefix, Members> = this.adding('OPTIONS')
  /** Every method; a route for the method itself comes before it. */
  readonly any: AddRoute<Prefix, Members> = this.adding(ANY)

  constructor(inner: Inner) {
    this.#inner = inner
  }

  /** Adds routes for other methods, or for several at once: `adding(['GET', 'PURGE'])('/cache', handler)`. */
  adding(methods: string | readonly string[]): AddRoute<Prefix, Members> {
    const add = (path: string, ...rest: unknown[]) => {
      const [options, target] = (rest.length > 1 ? rest : [{}, rest[0]]) as [RouteOptions, unknown]
      const {
        params,
        query,
        headers,
        body,
        response,
        invalid,
        csrfExempt,
        bodyLimit,
        summary,
        description,
        tags,
        meta,
        ...routing
      } = options
      const schemas = { params, query, headers, body } as RouteSchemas
      const facts: RouteFacts = { schemas, response, invalid, summary, description, tags: tags ?? [] }
      return this.#inner.add(methods, path, toHandler(target) as never, {
        ...routing,
        meta: { ...meta, ...inherited(csrfExempt, bodyLimit), [FACTS]: facts },
      })
    }
    return add as unknown as AddRoute<Prefix, Members>
  }

  /** Routes below a prefix that share guards, middleware, conditions and formats; groups nest to any depth. */
  group<const Path extends string>(prefix: Path, fn: (group: Routes<Join<Prefix, Path>, Members>) => void): this
  group<
    const Path extends string,
    const Under extends Guards<Context & Members> | undefined,
    const Use extends Middlewares | undefined,
  >(
    prefix: Path,
    options: Omit<GroupOptions, 'under' | 'use'> & { under?: Under; use?: Use },
    fn: (group: Routes<Join<Prefix, Path>, Members & Provided<Under> & Provided<Use>>) => void,
  ): this
  group(prefix: string, ...args: unknown[]): this {
    const [options, fn] = (args.length > 1 ? args : [{}, args[0]]) as [GroupOptions, (group: Routes<string>) => void]
    const { csrfExempt, bodyLimit, meta, ...routing } = options
    const shared = { ...routing, meta: { ...meta, ...inherited(csrfExempt, bodyLimit) } }
    // What is no function is the router's to refuse, with its place.
    const build = typeof fn === 'function' && ((inner: object) => fn(new Routes<string>(inner as Inner)))
    this.#inner.group(prefix, shared, (build || fn) as never)
    return this
  }
}
