import { textOf } from '../pattern/segment.ts'
import { type Variant, variantsOf } from '../pattern/variants.ts'
import type { Route } from '../route.ts'
import { type Entry, toSlots } from './candidates.ts'
import { findConflicts } from './conflicts.ts'
import { type MethodSet, Methods } from './methods.ts'
import { type PathTree, toPathTree } from './path-tree.ts'
import { insertPath, Leaf, Node } from './tree.ts'

/** The frozen form of a route table: what matching walks. */
export interface Compiled<T> {
  /** Whole paths without placeholders. */
  readonly statics: ReadonlyMap<string, Leaf<T>>
  /** 1 at the {@link hintOf} of each such path: most other paths need not be hashed and looked up. */
  readonly hints: Uint8Array
  /** All other paths. */
  readonly tree: PathTree<T>
  /** True where some route has conditions. */
  readonly conditional: boolean
  readonly methods: Methods
  /** Every method that some route has. */
  readonly allowed: MethodSet
  /** True where some path is written with a slash at its end. */
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
    // The map is asked with paths that are still encoded, so a path that has a % of its own is not for it either.
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

/** A number below 8192 made of the length of a path and its last character. */
export function hintOf(path: string): number {
  const { length } = path
  return ((length & 63) << 7) | (path.charCodeAt(length - 1) & 127)
}
