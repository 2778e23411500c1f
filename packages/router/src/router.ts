import type { Handler } from '@arlen/core'
import { type Compiled, compile, OTHER } from './compile.ts'
import type { MatchRequest, NamedConditionTest } from './condition.ts'
import type { ConstraintSpec } from './constraint.ts'
import { decodePath } from './decode.ts'
import { routerError } from './errors.ts'
import type { NamedRoutes, RouteName } from './named-routes.ts'
import { Registry, ROOT_SCOPE } from './registry.ts'
import { Hit, MALFORMED, type Match, MISS } from './result.ts'
import type { Route, UrlArguments } from './route.ts'
import { Routes } from './routes.ts'
import { otherSpelling } from './slashes.ts'
import { suggest } from './suggest.ts'
import { Walk } from './walk.ts'

/** What a path gets that would match, were it not for a slash. */
export type SlashPolicy = 'redirect' | 'ignore' | 'strict'

export interface RouterOptions {
  /** A slash too many or too few at the end. Default `redirect`. */
  trailingSlash?: SlashPolicy
  /** Two slashes or more in a row. Default `redirect`. */
  duplicateSlashes?: SlashPolicy
  /** Folders of a framework around the router, whose files are never where "a route was added". */
  internals?: readonly string[]
}

/** The context that a handler gets from a router that is used alone. */
export interface RouteContext {
  readonly req: MatchRequest & { readonly method: string; readonly path: string }
  params: Readonly<Record<string, string>>
}

/**
 * Maps methods and paths to values: handlers by default, anything otherwise.
 *
 * Routes are added first, then matched: the first match freezes the table.
 */
export class Router<T = Handler<RouteContext>> extends Routes<T> {
  readonly #options: Required<Omit<RouterOptions, 'internals'>>
  #compiled: Compiled<T> | undefined
  #walk: Walk<T> = new Walk()

  constructor(options: RouterOptions = {}) {
    super(new Registry<T>(options.internals ?? []), ROOT_SCOPE)
    this.#options = {
      trailingSlash: options.trailingSlash ?? 'redirect',
      duplicateSlashes: options.duplicateSlashes ?? 'redirect',
    }
  }

  /** Every route in the order of registration. */
  get routes(): readonly Route<T>[] {
    return this.registry.routes
  }

  get frozen(): boolean {
    return this.registry.frozen
  }

  /** Names a type for `:id<name>` and `constraints`, for the routes added after it. */
  type(name: string, spec: Exclude<ConstraintSpec, string>): this {
    this.registry.addType(name, spec)
    return this
  }

  /** Names a condition for `when`, for the routes added after it. */
  condition<A>(name: string, test: NamedConditionTest<A>): this {
    this.registry.addCondition(name, test as NamedConditionTest)
    return this
  }

  /** Names a guard for `under`, for the routes added after it. */
  guard(name: string, guard: (...args: never[]) => unknown): this {
    this.registry.guards.set(name, guard)
    return this
  }

  /**
   * Ends registration and builds what matching walks.
   *
   * @param finish - gives the final value of each route, for instance its handler with guards and middleware around it
   * @throws route_duplicate
   */
  freeze(finish?: (route: Route<T>) => T): this {
    if (this.#compiled) return this
    this.#compiled = compile(this.registry.routes, this.#options.trailingSlash === 'ignore')
    this.registry.frozen = true
    if (finish) for (const route of this.registry.routes) route.value = finish(route)
    return this
  }

  /**
   * @param method - as it came; methods are case-sensitive
   * @param path - as it came, still encoded, without the query
   * @param request - what conditions look at; without it a route with conditions is never taken
   */
  match(method: string, path: string, request?: MatchRequest): Match<T> {
    const compiled = this.#compiled ?? this.#compile()
    const leaf = compiled.statics.get(path)
    if (leaf !== undefined) {
      const candidate = leaf.slots[compiled.methods.get(method) ?? OTHER]!
      if (candidate !== null && candidate.conditions === null) return candidate.hit!
    }
    return this.#search(compiled, method, path, request) ?? this.#respell(compiled, method, path, request)
  }

  #compile(): Compiled<T> {
    this.freeze()
    return this.#compiled!
  }

  #search(
    compiled: Compiled<T>,
    method: string,
    path: string,
    request: MatchRequest | undefined,
  ): Match<T> | undefined {
    const encoded = path.includes('%')
    const decoded = encoded ? decodePath(path) : path
    if (decoded === undefined) return MALFORMED
    const walk = this.#walk.busy ? new Walk<T>() : this.#walk
    walk.start(decoded, encoded, compiled.methods.get(method) ?? OTHER, request)
    const leaf = compiled.statics.get(decoded)
    const { root } = compiled
    let candidate = leaf === undefined ? null : walk.leaf(leaf)
    if (candidate === null && decoded.startsWith(root.text)) candidate = walk.node(root, root.text.length, 0)
    if (candidate !== null) {
      return candidate.hit !== null && candidate.conditions === null
        ? candidate.hit
        : new Hit(candidate.route, walk.params(candidate), candidate.format)
    }
    if (!walk.sawOther) return undefined
    const found = new Set<number>()
    walk.collect = found
    if (leaf !== undefined) walk.leaf(leaf)
    if (decoded.startsWith(root.text)) walk.node(root, root.text.length, 0)
    return found.size === 0 ? undefined : toRefusal(compiled, found, method)
  }

  /** What the path would get if its slashes were right. */
  #respell(compiled: Compiled<T>, method: string, path: string, request: MatchRequest | undefined): Match<T> {
    const { trailingSlash, duplicateSlashes } = this.#options
    const spelling = otherSpelling(path, trailingSlash, duplicateSlashes, compiled.trailingSlashes)
    for (const { path: location, redirect } of spelling) {
      const found = this.#search(compiled, method, location, request)
      if (found !== undefined) return found.kind === 'hit' && redirect ? { kind: 'redirect', location } : found
    }
    return MISS
  }

  /**
   * The URL of a named route, encoded, with its query.
   *
   * @throws url_unknown, url_param_missing, url_param_invalid
   */
  urlFor<Name extends RouteName>(name: Name, ...args: UrlArguments<PathOf<Name>>): string {
    const route = this.registry.named.get(name)
    if (route === undefined) throw routerError('url_unknown', { name, hint: suggest(name, this.registry.named.keys()) })
    return route.url(...(args as UrlArguments<string>))
  }
}

type PathOf<Name extends string> = Name extends keyof NamedRoutes
  ? NamedRoutes[Name] extends string
    ? NamedRoutes[Name]
    : string
  : string

function toRefusal<T>(compiled: Compiled<T>, found: ReadonlySet<number>, method: string): Match<T> {
  const names = [...compiled.methods].flatMap(([name, number]) => (found.has(number) ? name : []))
  const allow = [...new Set([...names, 'OPTIONS'])].join(', ')
  return method === 'OPTIONS' ? { kind: 'options', allow } : { kind: 'method_not_allowed', allow }
}
