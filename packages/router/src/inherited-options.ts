import type { GuardOf, Layer, MiddlewareOf } from './layers.ts'
import type { When } from './match/condition.ts'
import type { ConstraintSpec } from './pattern/constraint.ts'

/** Options that routes and groups have in common. `T` is the router's type of values, which types the context of guards. */
export interface SharedOptions<T = unknown> {
  /** Guards to run before the route, the outermost group's first: functions, or names registered with `router.guard`. */
  under?: string | GuardOf<T> | readonly (string | GuardOf<T>)[]
  /** Middleware around the guards of this level and everything below it. The first is the outermost. */
  use?: MiddlewareOf<T> | readonly MiddlewareOf<T>[]
  /** Conditions on the request besides method and path. */
  when?: When
  /** Suffixes that the path may have: `['json']` also matches `/users.json`. The innermost list counts; `[]` is none. */
  formats?: readonly string[]
  /** Constraints of parameters by name, instead of `:id<int>` in the path. */
  constraints?: Readonly<Record<string, ConstraintSpec>>
  /** Anything, for `route.meta`. Merged with that of the groups around. */
  meta?: Readonly<Record<string, unknown>>
}

/** Options of one route. */
export interface RouteOptions<T = unknown> extends SharedOptions<T> {
  /** Unique in the router, for `urlFor`. */
  name?: string
}

/** Options of a group: what its routes share, and its name. */
export interface GroupOptions<T = unknown> extends SharedOptions<T> {
  /** Prefix for the names of the routes inside, joined by a dot. */
  name?: string
}

/** What a route inherits from the groups around it. */
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

/** Adds one level: its options are appended to what is around it, or replace it. */
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

/** The paths `/` and `` stand for the prefix itself. */
function joinPaths(prefix: string, path: string): string {
  return path === '/' || path === '' ? prefix : prefix.replace(/\/$/, '') + path
}

export function toList(value: unknown): readonly unknown[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}
