import { formatLocation, type SourceLocation } from '@arlen/core/stack'
import type { Layer } from './layers.ts'
import type { Condition } from './match/condition.ts'
import type { UrlParams } from './pattern/path-params.ts'
import type { Pattern } from './pattern/segment.ts'
import { type Query, renderUrl, type UrlOptions, type UrlRoute } from './url/render-url.ts'

/** The method of a route that takes all methods. */
export const ANY = '*'

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
  source: () => SourceLocation | undefined
  index: number
}

/** The arguments of `url()`: parameters, if the path has any that are required, then query and options. */
export type UrlArguments<Path extends string> =
  Record<never, never> extends UrlParams<Path>
    ? [params?: UrlParams<Path>, query?: Query, options?: UrlOptions]
    : [params: UrlParams<Path>, query?: Query, options?: UrlOptions]

/** An entry of the route table. Immutable, except that `freeze` may replace `value`. */
export class Route<T = unknown, Path extends string = string> {
  /** Upper case; `['*']` for any. */
  readonly methods: readonly string[]
  /** Includes the prefixes of its groups. */
  readonly path: Path
  /** Includes the names of its groups, joined by dots. */
  readonly name: string | undefined
  value: T
  /** The suffixes that its path may have. */
  readonly formats: readonly string[]
  readonly conditions: readonly Condition[]
  /** The middleware and guards of its groups, outermost first, and its own. */
  readonly layers: readonly Layer[]
  /** The merged `meta` of its groups and its own. */
  readonly meta: Readonly<Record<string, unknown>>
  readonly pattern: Pattern
  /** The parameters of the path, then those of the host. */
  readonly paramNames: readonly string[]
  /** From 0, in the order of registration. */
  readonly index: number
  readonly #source: () => SourceLocation | undefined

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
    this.#source = definition.source
  }

  /** Where it was added; undefined in a REPL. */
  get source(): SourceLocation | undefined {
    return this.#source()
  }

  /** For messages: `file:line:column`. */
  get where(): string {
    return formatSource(this.source)
  }

  /**
   * A URL that this route matches, encoded, with its query.
   *
   * @throws url_param_missing, url_param_invalid
   */
  url(...[params, query, options]: UrlArguments<Path>): string {
    return renderUrl(this as UrlRoute, (params ?? {}) as UrlParams<string>, query, options)
  }

  /** `GET /users/:id`, `ANY /login` */
  toString(): string {
    return `${this.methods.join('|').replace(ANY, 'ANY')} ${this.path}`
  }
}

/** Formats a location for messages. */
export function formatSource(source: SourceLocation | undefined): string {
  return source ? formatLocation(source) : 'at an unknown place'
}
