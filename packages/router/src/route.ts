import type { Condition } from './condition.ts'
import type { Layer } from './layers.ts'
import { ANY } from './methods.ts'
import type { UrlParams } from './params.ts'
import type { Pattern } from './pattern.ts'
import { type CallSite, formatSource, type Source } from './source.ts'
import { type Query, renderUrl, type UrlOptions } from './url.ts'

export interface RouteDefinition<T> {
  methods: readonly string[]
  path: string
  pattern: Pattern
  paramNames: readonly string[]
  name: string | undefined
  value: T
  formats: readonly string[]
  conditions: readonly Condition[]
  layers: readonly Layer[]
  meta: Readonly<Record<string, unknown>>
  site: CallSite
  index: number
}

export type UrlArguments<Path extends string> =
  Record<never, never> extends UrlParams<Path>
    ? [params?: UrlParams<Path>, query?: Query, options?: UrlOptions]
    : [params: UrlParams<Path>, query?: Query, options?: UrlOptions]

/** One entry of the table. Everything but `value` is settled when it is added; `freeze` may replace `value` once. */
export class Route<T = unknown, Path extends string = string> {
  /** Upper case; `['*']` for any. */
  readonly methods: readonly string[]
  /** With the prefixes of its groups. */
  readonly path: Path
  /** With the prefixes of its groups, joined by dots. */
  readonly name: string | undefined
  value: T
  /** The suffixes that its path may have. */
  readonly formats: readonly string[]
  readonly conditions: readonly Condition[]
  /** Middleware and guards of the groups around it and its own, the outermost group's first. */
  readonly layers: readonly Layer[]
  /** Whatever the framework keeps about it; groups' and the route's own, merged. */
  readonly meta: Readonly<Record<string, unknown>>
  readonly pattern: Pattern
  /** The parameters of the path, then those of the host. */
  readonly paramNames: readonly string[]
  /** From 0, in the order of registration. */
  readonly index: number
  readonly #site: CallSite

  constructor(definition: RouteDefinition<T>) {
    this.methods = definition.methods
    this.path = definition.path as Path
    this.name = definition.name
    this.value = definition.value
    this.formats = definition.formats
    this.conditions = definition.conditions
    this.layers = definition.layers
    this.meta = definition.meta
    this.pattern = definition.pattern
    this.paramNames = definition.paramNames
    this.index = definition.index
    this.#site = definition.site
  }

  /** Where it was added. */
  get source(): Source | undefined {
    return this.#site.source
  }

  /** For messages: `file:line:column`. */
  get where(): string {
    return formatSource(this.source)
  }

  /**
   * The path of a request that this route takes, encoded, with its query.
   *
   * @throws url_param_missing, url_param_invalid
   */
  url(...[params, query, options]: UrlArguments<Path>): string {
    return renderUrl(this as unknown as Route, (params ?? {}) as UrlParams<string>, query, options)
  }

  /** `GET /users/:id`, `ANY /login` */
  toString(): string {
    return `${this.methods.join('|').replace(ANY, 'ANY')} ${this.path}`
  }
}
