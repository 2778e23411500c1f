import type { GroupOptions, InheritedOptions, RouteOptions } from './inherited-options.ts'
import type { Join, Params } from './pattern/path-params.ts'
import type { Registry } from './registry.ts'
import { ANY, type Route } from './route.ts'

/** The value of a route at `Path`. If it is a handler, its context has the parameters of the path. */
export type ValueAt<T, Path extends string> = T extends (c: infer C) => infer R
  ? string extends Path
    ? T
    : (c: C & { readonly params: Params<Path> }) => R
  : T

type Build<T, Prefix extends string> = (group: Routes<T, Prefix>) => void

/** Adds routes: the router itself, or a group with a prefix. */
export class Routes<T, Prefix extends string = ''> {
  protected readonly registry: Registry<T>
  readonly #around: InheritedOptions

  constructor(registry: Registry<T>, around: InheritedOptions) {
    this.registry = registry
    this.#around = around
  }

  /**
   * Adds a route for one or more methods.
   *
   * @throws pattern_invalid, constraint_invalid, method_invalid, condition_invalid, format_invalid, guard_unknown,
   *   guard_invalid, middleware_invalid, handler_invalid, option_unknown, name_duplicate, router_frozen
   */
  add<const Path extends string>(
    methods: string | readonly string[],
    path: Path,
    value: ValueAt<T, Join<Prefix, Path>>,
    options: RouteOptions<T> = {},
  ): Route<T, Join<Prefix, Path>> {
    const list = typeof methods === 'string' ? [methods] : methods
    return this.registry.add(list, path, value as T, this.#around, options) as unknown as Route<T, Join<Prefix, Path>>
  }

  get: Add<T, Prefix> = (path, value, options) => this.add('GET', path, value, options)
  head: Add<T, Prefix> = (path, value, options) => this.add('HEAD', path, value, options)
  post: Add<T, Prefix> = (path, value, options) => this.add('POST', path, value, options)
  put: Add<T, Prefix> = (path, value, options) => this.add('PUT', path, value, options)
  patch: Add<T, Prefix> = (path, value, options) => this.add('PATCH', path, value, options)
  delete: Add<T, Prefix> = (path, value, options) => this.add('DELETE', path, value, options)
  options: Add<T, Prefix> = (path, value, options) => this.add('OPTIONS', path, value, options)
  /** Adds a route for all methods. Routes for a specific method take precedence. */
  any: Add<T, Prefix> = (path, value, options) => this.add(ANY, path, value, options)

  /** Adds routes below a prefix that share guards, middleware, conditions and formats. Groups can be nested. */
  group<const Path extends string>(prefix: Path, build: Build<T, Join<Prefix, Path>>): this
  group<const Path extends string>(prefix: Path, options: GroupOptions<T>, build: Build<T, Join<Prefix, Path>>): this
  group(prefix: string, ...args: GroupArguments<T>): this {
    const [options, build] = args.length === 1 ? [{}, args[0]] : args
    const group: Routes<T, string> = new Routes(
      this.registry,
      this.registry.group(this.#around, prefix, options, build),
    )
    build(group as never)
    return this
  }
}

type GroupArguments<T> = [build: (group: never) => void] | [options: GroupOptions<T>, build: (group: never) => void]

/** Adds a route for one method; see {@link Routes.add}. */
export type Add<T, Prefix extends string> = <const Path extends string>(
  path: Path,
  value: ValueAt<T, Join<Prefix, Path>>,
  options?: RouteOptions<T>,
) => Route<T, Join<Prefix, Path>>
