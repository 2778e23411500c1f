import type { Handler } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { routerError } from './errors.ts'
import { type Explanation, explain } from './explain/explain.ts'
import { type RouteContext, toHandler } from './handler.ts'
import { NOTHING_INHERITED } from './inherited-options.ts'
import type { GuardOf } from './layers.ts'
import { describeRoute, type RouteInfo } from './listing.ts'
import { compile } from './match/compile.ts'
import type { MatchRequest, NamedConditionTest } from './match/condition.ts'
import { Matcher } from './match/matcher.ts'
import { overriddenMethod } from './match/method-override.ts'
import { type Match, MISS } from './match/result.ts'
import type { SlashPolicies } from './match/slashes.ts'
import type { NamedRoutes, PathOf, RouteName } from './named-routes.ts'
import type { ConstraintSpec } from './pattern/constraint.ts'
import { didYouMean, type FrameworkOptions, Registry } from './registry.ts'
import type { Route, UrlArguments } from './route.ts'
import { Routes } from './routes.ts'

/** Options of {@link createRouter}. */
export interface RouterOptions<T = unknown> extends Partial<SlashPolicies> {
  /** Lets a POST request be a PUT, PATCH or DELETE by `?_method=` or `X-HTTP-Method-Override`. Default false. */
  methodOverride?: boolean
  /** For a framework around the router. */
  framework?: FrameworkOptions<T>
}

const POLICY = option.oneOf('redirect', 'ignore', 'strict')
const OPTIONS: OptionTable<RouterOptions<never>> = {
  trailingSlash: POLICY,
  duplicateSlashes: POLICY,
  methodOverride: option.boolean,
  framework: option.nested<FrameworkOptions<never>>({
    internals: option.listOf(option.text),
    routeOptions: option.listOf(option.text),
    checkValue: option.func,
  }),
}

/**
 * Makes a router. Its values are handlers by default; `createRouter<string>()` maps to strings.
 *
 * @throws option_unknown, option_invalid
 */
export function createRouter<T = Handler<RouteContext>, Names extends object = NamedRoutes>(
  options: RouterOptions<T> = {},
): Router<T, Names> {
  return new Router(options)
}

/**
 * Maps methods and paths to values: handlers by default, anything otherwise. Made by {@link createRouter}.
 *
 * Routes are added first, then matched: the first match freezes the table. `Names` are the paths of its routes by name, which
 * `urlFor` is checked against; an application declares them once, in {@link NamedRoutes}.
 */
export class Router<T = Handler<RouteContext>, Names extends object = NamedRoutes> extends Routes<T> {
  readonly #slashes: SlashPolicies
  readonly #override: boolean
  #matcher: Matcher<T> | undefined

  constructor(options: RouterOptions<T> = {}) {
    const read = readOptions('createRouter()', options, OPTIONS)
    super(new Registry<T>(read.framework), NOTHING_INHERITED)
    this.#override = read.methodOverride ?? false
    this.#slashes = {
      trailingSlash: read.trailingSlash ?? 'redirect',
      duplicateSlashes: read.duplicateSlashes ?? 'redirect',
    }
  }

  /** Every route in the order of registration. */
  get routes(): readonly Route<T>[] {
    return this.registry.routes
  }

  get frozen(): boolean {
    return this.registry.frozen
  }

  /** Registers a type for `:id<name>` and `constraints`, for routes added later. */
  type(name: string, spec: Exclude<ConstraintSpec, string>): this {
    this.registry.addType(name, spec)
    return this
  }

  /** Registers a condition for `when`, for routes added later. */
  condition<A>(name: string, test: NamedConditionTest<A>): this {
    this.registry.addCondition(name, test as NamedConditionTest)
    return this
  }

  /** Registers a guard for `under`, for routes added later. */
  guard(name: string, guard: GuardOf<T>): this {
    this.registry.addGuard(name, guard)
    return this
  }

  /**
   * Ends registration and builds the tables for matching. The first match does this too.
   *
   * @param finish - returns the final value of each route, such as its handler with guards and middleware around it
   * @throws route_duplicate
   */
  freeze(finish?: (route: Route<T>) => T): this {
    if (this.#matcher) return this
    const compiled = compile(this.registry.routes, this.#slashes.trailingSlash === 'ignore')
    this.#matcher = new Matcher(compiled, this.#slashes)
    this.registry.frozen = true
    if (finish) for (const route of this.registry.routes) route.value = finish(route)
    return this
  }

  /**
   * Finds the route of a request, or why there is none.
   *
   * @param method - as received; methods are case-sensitive
   * @param path - as received: encoded, without the query
   * @param request - for conditions; without it, routes with conditions never match
   * @throws condition_async
   */
  match(method: string, path: string, request?: MatchRequest): Match<T> {
    const own = this.#override ? overriddenMethod(method, request) : method
    const matcher = this.#matcher ?? this.#frozenMatcher()
    const match = matcher.match(own, path, request)
    return match === MISS && path === '*' ? matcher.matchServer(own) : match
  }

  #frozenMatcher(): Matcher<T> {
    this.freeze()
    return this.#matcher!
  }

  /** Explains how a request is routed. `String(router.explain('GET', '/x'))` is a report for people. */
  explain(method: string, path: string, request?: MatchRequest): Explanation {
    this.freeze()
    return explain({
      method,
      standsFor: this.#override ? overriddenMethod(method, request) : method,
      path,
      request,
      routes: this.routes,
      slashes: this.#slashes,
      match: one => this.match(method, one, request),
    })
  }

  /** Every route as plain data, in the order of registration. */
  list(): RouteInfo[] {
    return this.routes.map(describeRoute)
  }

  /**
   * The router as one handler. It matches, sets `params` and `format` of the context and runs the route. It answers redirects and
   * automatic OPTIONS itself; a request that matches no route is an error with a status: 400, 404 or 405.
   *
   * @throws handler_invalid
   */
  handler<C extends RouteContext = ContextOf<T>>(): Handler<C> {
    this.freeze()
    return toHandler<C>(this.routes, (method, path, request) => this.match(method, path, request))
  }

  /**
   * The URL of a named route, encoded, with its query.
   *
   * @throws url_unknown, url_param_missing, url_param_invalid
   */
  urlFor<Name extends RouteName<Names>>(name: Name, ...args: UrlArguments<PathOf<Name, Names>>): string {
    const route = this.registry.named.get(name)
    if (route === undefined)
      throw routerError('url_unknown', { name, hint: didYouMean(name, this.registry.named.keys()) })
    return route.url(...(args as UrlArguments<string>))
  }
}

/** The context that the handlers of a router get. */
type ContextOf<T> = T extends (c: infer C extends RouteContext) => unknown ? C : RouteContext
