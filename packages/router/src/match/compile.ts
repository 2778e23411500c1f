import { textOf } from '../pattern/segment.ts'
import { type Variant, variantsOf } from '../pattern/variants.ts'
import type { Route } from '../route.ts'
import { type Entry, toSlots } from './candidates.ts'
import { findConflicts } from './conflicts.ts'
import { type MethodSet, Methods } from './methods.ts'
import { type PathTree, toPathTree } from './path-tree.ts'
import { insertPath, Leaf, Node } from './tree.ts'

/** A route table in the form that matching uses. */
export interface Compiled<T> {
  /** Paths without placeholders. */
  readonly statics: ReadonlyMap<string, Leaf<T>>
  /** 1 at the {@link hintOf} of each of those paths. Most other paths then need not be hashed and looked up. */
  readonly hints: Uint8Array
  /** All other paths. */
  readonly tree: PathTree<T>
  /** Whether any route has conditions. */
  readonly conditional: boolean
  readonly methods: Methods
  /** The methods of all routes. */
  readonly allowed: MethodSet
  /** Whether any path ends with a slash. */
  readonly trailingSlashes: boolean
}

/** @throws route_duplicate */
export function compile<T>(routes: readonly Route<T>[], ignoreTrailingSlash: boolean): Compiled<T> {
  const methods = new Methods(routes.flatMap(route => route.methods))
  const conflicts = findConflicts(routes.map(route => route.pattern))
  const statics = new Map<string, Leaf<T>>()
  const root = new Node<T>('')
  const entries = new Map<Leaf<T>, Entry<T>[]>()
  let trailingSlashes = false
  for (const route of routes) {
    for (const variant of variantsOf(route, ignoreTrailingSlash)) {
      const leaf = findLeaf(statics, root, variant)
      const entry = { variant, route, conflicts: conflicts(variant) }
      const known = entries.get(leaf)
      if (known) known.push(entry)
      else entries.set(leaf, [entry])
      trailingSlashes ||= variant.trailingSlash
    }
  }
  for (const [leaf, list] of entries) {
    leaf.slots = toSlots(list, methods)
    leaf.allowed = methods.set(leaf.slots.flatMap((candidate, number) => (candidate === null ? [] : number)))
    leaf.conditional = list.some(({ route }) => route.conditions.length > 0)
  }
  const conditional = routes.some(route => route.conditions.length > 0)
  const allowed = methods.set([...entries.keys()].flatMap(leaf => leaf.allowed.numbers))
  const hints = hintsOf(statics.keys())
  return { statics, hints, tree: toPathTree(root), conditional, methods, allowed, trailingSlashes }
}

function findLeaf<T>(statics: Map<string, Leaf<T>>, root: Node<T>, { segments, trailingSlash }: Variant): Leaf<T> {
  let path = ''
  for (const segment of segments) {
    const text = textOf(segment)
    // Paths are looked up encoded, so paths with a literal % are not in the map.
    if (text === undefined || text.includes('%')) return insertPath(root, segments, trailingSlash)
    path += `/${text}`
  }
  if (trailingSlash || path === '') path += '/'
  const leaf = statics.get(path) ?? new Leaf<T>()
  statics.set(path, leaf)
  return leaf
}

function hintsOf(paths: Iterable<string>): Uint8Array {
  const hints = new Uint8Array(8192)
  for (const path of paths) hints[hintOf(path)] = 1
  return hints
}

/** A number below 8192, from the length of a path and its last character. */
export function hintOf(path: string): number {
  const { length } = path
  return ((length & 63) << 7) | (path.charCodeAt(length - 1) & 127)
}
