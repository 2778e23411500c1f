import type { GuardOf, Layer, MiddlewareOf } from './layers.ts'
import type { When } from './match/condition.ts'
import type { ConstraintSpec } from './pattern/constraint.ts'

/** What may be said of a route, or of all routes of a group. `T` is the router's: it gives guards their context. */
export interface SharedOptions<T = unknown> {
  /** Guards, run before the route, the outermost group's first: functions, or names given to `router.guard`. */
  under?: string | GuardOf<T> | readonly (string | GuardOf<T>)[]
  /** Middleware around the guards of the same level and everything below, the first of the list outermost. */
  use?: MiddlewareOf<T> | readonly MiddlewareOf<T>[]
  /** What else of a request must hold for the route to be taken. */
  when?: When
  /** Suffixes that the path may have: `['json']` also takes `/users.json`. The innermost list counts, `[]` ends it. */
  formats?: readonly string[]
  /** What parameters must look like, by their names, instead of `:id<int>` in the path. */
  constraints?: Readonly<Record<string, ConstraintSpec>>
  /** Anything to be found again in `route.meta`; what groups say and what the route says is merged. */
  meta?: Readonly<Record<string, unknown>>
}

/** Options of one route. */
export interface RouteOptions<T = unknown> extends SharedOptions<T> {
  /** Unique in the router, for `urlFor`. */
  name?: string
}

/** Options of a group: what its routes share, and its name. */
export interface GroupOptions<T = unknown> extends SharedOptions<T> {
  /** Put before the names of the routes inside, with a dot. */
  name?: string
}

/** What the groups around a route add to it. */
export interface InheritedOptions {
  readonly prefix: string
  readonly name: string | undefined
  readonly layers: readonly Layer[]
  readonly when: readonly unknown[]
  readonly formats: readonly string[]
  readonly constraints: Readonly<Record<string, ConstraintSpec>>
  readonly meta: Readonly<Record<string, unknown>>
}

export const NOTHING_INHERITED: InheritedOptions = {
  prefix: '',
  name: undefined,
  layers: [],
  when: [],
  formats: [],
  constraints: {},
  meta: {},
}

/** One level deeper: what the level adds comes last, or replaces what is around it. */
export function inherit<T>(
  around: InheritedOptions,
  path: string,
  layer: Layer,
  options: RouteOptions<T>,
): InheritedOptions {
  return {
    prefix: joinPaths(around.prefix, path),
    name: options.name === undefined ? around.name : [around.name, options.name].filter(Boolean).join('.'),
    layers: layer.use.length + layer.under.length > 0 ? [...around.layers, layer] : around.layers,
    when: [...around.when, ...toList(options.when)],
    formats: options.formats ?? around.formats,
    constraints: { ...around.constraints, ...options.constraints },
    meta: { ...around.meta, ...options.meta },
  }
}

/** `/` and the empty path are the prefix itself. */
function joinPaths(prefix: string, path: string): string {
  return path === '/' || path === '' ? prefix : prefix.replace(/\/$/, '') + path
}

export function toList(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}
