import { ANY } from './methods.ts'
import type { Join, Params } from './params.ts'
import { narrow, type Registry, type RouteOptions, type Scope } from './registry.ts'
import type { Route } from './route.ts'

/** What a route at `Path` keeps: where that is a handler, its context has the parameters of the path. */
export type ValueAt<T, Path extends string> = T extends (c: infer C) => infer R
  ? string extends Path
    ? T
    : (c: Omit<C, 'params'> & { readonly params: Params<Path> }) => R
  : T

export interface GroupOptions extends Omit<RouteOptions, 'name'> {
  /** Put before the names of the routes inside, with a dot. */
  name?: string
}

/** The part of a router that takes routes; a group is one with a prefix. */
export class Routes<T, Prefix extends string = ''> {
  protected readonly registry: Registry<T>
  readonly #scope: Scope

  constructor(registry: Registry<T>, scope: Scope) {
    this.registry = registry
    this.#scope = scope
  }

  /**
   * Adds a route for one method or several.
   *
   * @throws pattern_invalid, constraint_invalid, method_invalid, condition_invalid, format_invalid, guard_unknown,
   *   guard_invalid, middleware_invalid, handler_invalid, name_duplicate, router_frozen
   */
  add<const Path extends string>(
    methods: string | readonly string[],
    path: Path,
    value: ValueAt<T, Join<Prefix, Path>>,
    options: RouteOptions = {},
  ): Route<T, Join<Prefix, Path>> {
    const list = typeof methods === 'string' ? [methods] : methods
    return this.registry.add(list, path, value as T, this.#scope, options) as unknown as Route<T, Join<Prefix, Path>>
  }

  get<const Path extends string>(
    path: Path,
    value: ValueAt<T, Join<Prefix, Path>>,
    options?: RouteOptions,
  ): Route<T, Join<Prefix, Path>> {
    return this.add('GET', path, value, options)
  }

  head<const Path extends string>(
    path: Path,
    value: ValueAt<T, Join<Prefix, Path>>,
    options?: RouteOptions,
  ): Route<T, Join<Prefix, Path>> {
    return this.add('HEAD', path, value, options)
  }

  post<const Path extends string>(
    path: Path,
    value: ValueAt<T, Join<Prefix, Path>>,
    options?: RouteOptions,
  ): Route<T, Join<Prefix, Path>> {
    return this.add('POST', path, value, options)
  }

  put<const Path extends string>(
    path: Path,
    value: ValueAt<T, Join<Prefix, Path>>,
    options?: RouteOptions,
  ): Route<T, Join<Prefix, Path>> {
    return this.add('PUT', path, value, options)
  }

  patch<const Path extends string>(
    path: Path,
    value: ValueAt<T, Join<Prefix, Path>>,
    options?: RouteOptions,
  ): Route<T, Join<Prefix, Path>> {
    return this.add('PATCH', path, value, options)
  }

  delete<const Path extends string>(
    path: Path,
    value: ValueAt<T, Join<Prefix, Path>>,
    options?: RouteOptions,
  ): Route<T, Join<Prefix, Path>> {
    return this.add('DELETE', path, value, options)
  }

  options<const Path extends string>(
    path: Path,
    value: ValueAt<T, Join<Prefix, Path>>,
    options?: RouteOptions,
  ): Route<T, Join<Prefix, Path>> {
    return this.add('OPTIONS', path, value, options)
  }

  /** Every method; a route for the method itself comes before it. */
  any<const Path extends string>(
    path: Path,
    value: ValueAt<T, Join<Prefix, Path>>,
    options?: RouteOptions,
  ): Route<T, Join<Prefix, Path>> {
    return this.add(ANY, path, value, options)
  }

  /** Routes below a prefix that share guards, middleware, conditions, formats; groups nest to any depth. */
  group<const Path extends string>(prefix: Path, fn: (group: Routes<T, Join<Prefix, Path>>) => void): this
  group<const Path extends string>(
    prefix: Path,
    options: GroupOptions,
    fn: (group: Routes<T, Join<Prefix, Path>>) => void,
  ): this
  group(prefix: string, ...args: GroupArguments): this {
    const [options, fn] = args.length === 1 ? [{}, args[0]] : args
    const group: unknown = new Routes<T, string>(this.registry, narrow(this.#scope, prefix, options))
    fn(group as never)
    return this
  }
}

type GroupFunction = (group: never) => void
type GroupArguments = [fn: GroupFunction] | [options: GroupOptions, fn: GroupFunction]
