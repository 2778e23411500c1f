import { routerError } from './errors.ts'
import { type FlatTree, flatten } from './flat-tree.ts'
import { ANY, Methods } from './methods.ts'
import { namesOf, type Segment, type TextToken, textOf } from './pattern.ts'
import { Hit, NO_PARAMS } from './result.ts'
import type { Route } from './route.ts'
import { shapeOf } from './shape.ts'
import { type Candidate, insertPath, Leaf, Node } from './tree.ts'

/** The frozen form of a route table: what matching walks. */
export interface Compiled<T> {
  /** Whole paths without placeholders. */
  readonly statics: ReadonlyMap<string, Leaf<T>>
  /** True at the lengths that such paths have: saves most others from being looked up. */
  readonly lengths: readonly boolean[]
  readonly tree: FlatTree<T>
  /** True where some route has conditions. */
  readonly conditional: boolean
  readonly methods: Methods
  /** True where some path is written with a slash at its end. */
  readonly trailingSlashes: boolean
}

/** One way to write the path of a route: with or without an optional segment, with or without a suffix. */
export interface Variant {
  readonly segments: readonly Segment[]
  readonly trailingSlash: boolean
  readonly format: string | undefined
  /** Follows from the route's path; a route written so itself comes first. */
  readonly derived: boolean
}

interface Entry<T> extends Variant {
  readonly route: Route<T>
}

/** @throws route_duplicate */
export function compile<T>(routes: readonly Route<T>[], ignoreTrailingSlash: boolean): Compiled<T> {
  const methods = new Methods(routes.flatMap(route => route.methods))
  const statics = new Map<string, Leaf<T>>()
  const root = new Node<T>('')
  const entries = new Map<Leaf<T>, Entry<T>[]>()
  let trailingSlashes = false
  for (const route of routes) {
    for (const variant of variantsOf(route, ignoreTrailingSlash)) {
      const leaf = findLeaf(statics, root, variant)
      const known = entries.get(leaf)
      if (known) known.push({ ...variant, route })
      else entries.set(leaf, [{ ...variant, route }])
      trailingSlashes ||= variant.trailingSlash
    }
  }
  const prefixes = prefixesOf(routes)
  for (const [leaf, list] of entries) {
    leaf.slots = toSlots(list, methods, prefixes)
    leaf.allowed = methods.set(leaf.slots.flatMap((candidate, number) => (candidate === null ? [] : number)))
    leaf.conditional = list.some(({ route }) => route.conditions.length > 0)
  }
  const lengths = new Array<boolean>(1024).fill(false)
  for (const path of statics.keys()) lengths[path.length] = true
  const conditional = routes.some(route => route.conditions.length > 0)
  return { conditional, statics, lengths, tree: flatten(root), methods, trailingSlashes }
}

export function variantsOf(route: Route<never> | Route, ignoreTrailingSlash: boolean): Variant[] {
  const { segments, optional } = route.pattern
  const trailingSlash = route.pattern.trailingSlash && !ignoreTrailingSlash
  const plain: Variant[] = [{ segments, trailingSlash, format: undefined, derived: false }]
  if (optional) plain.push({ segments: segments.slice(0, -1), trailingSlash: false, format: undefined, derived: true })
  const suffixed = plain.flatMap(variant =>
    variant.segments.length === 0 || variant.trailingSlash
      ? []
      : route.formats.map(format => ({
          segments: withSuffix(variant.segments, `.${format}`),
          trailingSlash: false,
          format,
          derived: true,
        })),
  )
  return [...plain, ...suffixed]
}

function withSuffix(segments: readonly Segment[], suffix: string): Segment[] {
  const last = segments.at(-1)!
  const end = last.at(-1)!
  const text: TextToken = { kind: 'text', text: end.kind === 'text' ? end.text + suffix : suffix }
  return [...segments.slice(0, -1), [...(end.kind === 'text' ? last.slice(0, -1) : last), text]]
}

function findLeaf<T>(statics: Map<string, Leaf<T>>, root: Node<T>, { segments, trailingSlash }: Variant): Leaf<T> {
  const texts = segments.map(textOf)
  const path = `/${texts.join('/')}${trailingSlash ? '/' : ''}`
  // The map is asked with paths that are still encoded, so a path that has a % of its own is not for it.
  if (texts.includes(undefined) || path.includes('%')) return insertPath(root, segments, trailingSlash)
  const leaf = statics.get(path) ?? new Leaf<T>()
  statics.set(path, leaf)
  return leaf
}

function toSlots<T>(
  entries: readonly Entry<T>[],
  methods: Methods,
  prefixes: ReadonlySet<string>,
): (Candidate<T> | null)[] {
  const byMethod = new Map<string, Entry<T>[]>()
  for (const entry of entries) {
    for (const method of entry.route.methods) byMethod.set(method, [...(byMethod.get(method) ?? []), entry])
  }
  for (const list of byMethod.values()) {
    list.sort(compareEntries)
    refuseDuplicates(list)
  }
  const ownOrAny = (method: string): Entry<T>[] => [...(byMethod.get(method) ?? []), ...(byMethod.get(ANY) ?? [])]
  const slots: (Candidate<T> | null)[] = [toCandidates(byMethod.get(ANY) ?? [], prefixes)]
  for (const method of methods.names) {
    const automatic = method === 'HEAD' ? [...(byMethod.get('HEAD') ?? []), ...ownOrAny('GET')] : ownOrAny(method)
    slots[methods.number(method)] = toCandidates(automatic, prefixes)
  }
  return slots
}

/** Written so before derived, then the one with more conditions, then the order of registration. */
function compareEntries<T>(a: Entry<T>, b: Entry<T>): number {
  return (
    Number(a.derived) - Number(b.derived) ||
    b.route.conditions.length - a.route.conditions.length ||
    a.route.index - b.route.index
  )
}

function refuseDuplicates<T>(entries: readonly Entry<T>[]): void {
  const seen = new Map<string, Route<T>>()
  for (const { route, derived } of entries) {
    const keys = route.conditions.map(condition =>
      condition.key === undefined ? undefined : `${condition.name} ${condition.key}`,
    )
    if (keys.includes(undefined)) continue
    const key = JSON.stringify([derived, ...keys.sort()])
    const other = seen.get(key)
    if (other) {
      const [first, second] = other.index < route.index ? [other, route] : [route, other]
      throw routerError('route_duplicate', { route: second, other: first, source: second.where, first: first.where })
    }
    seen.set(key, route)
  }
}

function toCandidates<T>(entries: readonly Entry<T>[], prefixes: ReadonlySet<string>): Candidate<T> | null {
  return entries.reduceRight<Candidate<T> | null>((next, { route, segments, format }) => {
    const names = namesOf(segments)
    const conditions = route.conditions.length > 0 ? route.conditions : null
    const hit = names.length === 0 && conditions === null ? new Hit(route, NO_PARAMS, format) : null
    const contested = isContested(segments, prefixes)
    return { contested, hit, route, make: shapeOf(names), format, names, conditions, next }
  }, null)
}

/** Every text that a path without wildcards goes on after, slash included: of `/a/b/:c` that is `/`, `/a/` and `/a/b/`. */
function prefixesOf(routes: readonly Route<never>[] | readonly Route[]): Set<string> {
  const prefixes = new Set<string>()
  for (const { pattern } of routes) {
    if (pattern.wildcard) continue
    let prefix = '/'
    for (const segment of pattern.segments) {
      prefixes.add(prefix)
      const text = textOf(segment)
      if (text === undefined) break
      prefix += `${text}/`
    }
    if (pattern.trailingSlash) prefixes.add(prefix)
  }
  return prefixes
}

/** True where a wildcard stands beside routes that are more specific: only there can a slash be in their way. */
function isContested(segments: readonly Segment[], prefixes: ReadonlySet<string>): boolean {
  if (segments.every(([token]) => token?.kind !== 'wildcard')) return false
  const texts = segments.map(textOf)
  const before = texts.slice(0, texts.indexOf(undefined))
  return segments.at(-1)?.[0]?.kind !== 'wildcard' || prefixes.has(['', ...before, ''].join('/'))
}
