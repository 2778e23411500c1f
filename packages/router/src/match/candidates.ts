import { routerError } from '../errors.ts'
import { namesOf } from '../pattern/segment.ts'
import type { Variant } from '../pattern/variants.ts'
import { ANY, type Route } from '../route.ts'
import type { Condition } from './condition.ts'
import type { Methods } from './methods.ts'
import { type MakeParams, paramsMaker } from './params-maker.ts'
import { Hit, NO_PARAMS } from './result.ts'

/** A route for one method at a leaf of the tree. */
export interface Candidate<T> {
  readonly route: Route<T>
  /** The parameters in the order in which the walk captures them. */
  readonly names: readonly string[]
  readonly makeParams: MakeParams
  readonly format: string | undefined
  /** The name of the parameter that takes more than one segment, or null. */
  readonly wildcard: string | null
  /** Whether its wildcard may match a request that belongs to a more specific route with another spelling of the path. */
  readonly conflicts: boolean
  readonly conditions: readonly Condition[] | null
  /** The result, if the route has neither parameters nor conditions. */
  readonly hit: Hit<T> | null
  /** The next candidate to try if this one's conditions fail. */
  readonly next: Candidate<T> | null
}

/** A route at a leaf of the tree. */
export interface Entry<T> {
  readonly variant: Variant
  readonly route: Route<T>
  /** See {@link Candidate}. */
  readonly conflicts: boolean
}

type Slots<T> = (Candidate<T> | null)[]

/**
 * The candidates at a leaf by method number. HEAD falls back to GET, and every method to routes for all methods.
 *
 * @throws route_duplicate
 */
export function toSlots<T>(entries: readonly Entry<T>[], methods: Methods): Slots<T> {
  const [entry, ...others] = entries as readonly [Entry<T>, ...Entry<T>[]]
  const [method, ...more] = entry.route.methods as readonly [string, ...string[]]
  const slots: Slots<T> = new Array<null>(methods.names.length + 1).fill(null)
  if (others.length + more.length > 0) return fillSlots(slots, entries, methods)
  // Most leaves have one route for one method.
  const candidate = toCandidate(entry, null)
  if (method === ANY) return slots.fill(candidate)
  slots[methods.number(method)] = candidate
  if (method === 'GET') slots[methods.number('HEAD')] = candidate
  return slots
}

function fillSlots<T>(slots: Slots<T>, entries: readonly Entry<T>[], methods: Methods): Slots<T> {
  const byMethod = new Map<string, Entry<T>[]>()
  const own = (method: string): readonly Entry<T>[] => byMethod.get(method) ?? []
  for (const entry of entries) {
    for (const method of entry.route.methods) byMethod.set(method, [...own(method), entry])
  }
  for (const list of byMethod.values()) {
    list.sort(compareEntries)
    checkDuplicates(list)
  }
  slots[0] = toCandidates(own(ANY))
  for (const method of methods.names) {
    const head = method === 'HEAD' ? own('GET') : []
    slots[methods.number(method)] = toCandidates([...own(method), ...head, ...own(ANY)])
  }
  return slots
}

/** Sorts paths as written before derived ones, then more conditions before fewer, then by order of registration. */
function compareEntries<T>(a: Entry<T>, b: Entry<T>): number {
  return (
    Number(a.variant.derived) - Number(b.variant.derived) ||
    b.route.conditions.length - a.route.conditions.length ||
    a.route.index - b.route.index
  )
}

function checkDuplicates<T>(entries: readonly Entry<T>[]): void {
  const seen = new Map<string, Route<T>>()
  for (const { route, variant } of entries) {
    if (route.conditions.some(({ key }) => key === undefined)) continue // cannot be compared
    const keys = route.conditions.map(({ name, key }) => `${name} ${key}`)
    const key = JSON.stringify([variant.derived, ...keys.sort()])
    const other = seen.get(key)
    if (other) {
      const [first, second] = other.index < route.index ? [other, route] : [route, other]
      const values = { route: second, other: first, source: second.where, first: first.where }
      throw routerError('route_duplicate', values, { at: second.source })
    }
    seen.set(key, route)
  }
}

function toCandidates<T>(entries: readonly Entry<T>[]): Candidate<T> | null {
  return entries.reduceRight<Candidate<T> | null>((next, entry) => toCandidate(entry, next), null)
}

function toCandidate<T>({ variant, route, conflicts }: Entry<T>, next: Candidate<T> | null): Candidate<T> {
  const { segments, format } = variant
  const names = namesOf(segments)
  const conditions = route.conditions.length > 0 ? route.conditions : null
  const hit = names.length === 0 && conditions === null ? new Hit(route, NO_PARAMS, format) : null
  const wildcard = segments.flat().find(token => token.kind === 'wildcard')?.name ?? null
  return { conflicts, hit, wildcard, route, makeParams: paramsMaker(names), format, names, conditions, next }
}
