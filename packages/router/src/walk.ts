import { BITS, FIELDS, type FlatEdge, type FlatTree } from './flat-tree.ts'
import type { Inquiry } from './inquiry.ts'
import { accepts, type Captures, fitSegment } from './match-segment.ts'
import type { Candidate, Leaf } from './tree.ts'

// Constants of this module are part of the machine code; those of another module it would have to load.
const { LENGTH, BASE, KIDS, LEAF, MORE, PARAM_LEAF, PARAM_NEXT, REST_LEAF, EDGES, HEADER } = FIELDS
const { PARAM, REST, PICKY, FAR } = BITS
const SLASH = 47

/**
 * Finds the best route of a tree for one path at a time: depth first, the most specific branch first, back where a
 * branch ends in nothing. It is used again for every path and allocates nothing.
 */
export class Walk<T> implements Captures {
  readonly spans: Int32Array
  encoded = false
  /** The first end that the walk came to that has other methods only, whatever the request. */
  seen: Leaf<T> | null = null
  /** The others, if `seen` is there and is not the only one. */
  seenLater: Leaf<T>[] | null = null
  /** Before here there are no two slashes in a row, for some branch of the tree was followed so far; 1 or more. */
  reach = 1
  /** Decides where routes have conditions; null where none of the table has. */
  inquiry: Inquiry<T> | null = null
  readonly #tree: FlatTree<T>
  readonly #table: Int32Array

  constructor(tree: FlatTree<T>) {
    this.#tree = tree
    this.#table = tree.table
    this.spans = new Int32Array(2 * tree.depth)
  }

  /** @param seen - the end that the path has outside of the tree, for other methods only */
  find(path: string, method: number, seen: Leaf<T> | null): Candidate<T> | null {
    this.seen = seen
    if (seen !== null) this.seenLater = null
    this.reach = 1
    return path.charCodeAt(0) === SLASH ? this.#node(path, method, this.#tree.root, 1, 0) : null
  }

  /** The candidate at one end, if any. */
  leaf(path: string, method: number, leaf: Leaf<T>): Candidate<T> | null {
    if (this.inquiry !== null) return this.inquiry.choose(path, this, leaf, method)
    const candidate = leaf.slots[method]!
    if (candidate === null) this.see(leaf)
    return candidate
  }

  see(leaf: Leaf<T>): void {
    if (this.seen === null) {
      this.seen = leaf
      this.seenLater = null
    } else {
      this.seenLater = [...(this.seenLater ?? []), leaf]
    }
  }

  #leafAt(path: string, method: number, number: number): Candidate<T> | null {
    return number === 0 ? null : this.leaf(path, method, this.#tree.leaves[number]!)
  }

  /**
   * Follows a path as long as there is one way to go: text after text, parameter after parameter.
   *
   * @param start - a node whose text begins just before `from`
   * @param first - where in `spans` the next parameter goes
   */
  #node(path: string, method: number, start: number, from: number, first: number): Candidate<T> | null {
    const table = this.#table
    const { length } = path
    let node = start
    let at = from
    let place = first
    for (;;) {
      const end = at + table[node + LENGTH]!
      if (end > length) return null
      let word = node + HEADER
      for (; at < end; at++, word++) {
        if (path.charCodeAt(at) !== table[word]) return null
      }
      if (at === length) return this.#leafAt(path, method, table[node + LEAF]!)
      const code = path.charCodeAt(at)
      const index = code - table[node + BASE]!
      const kid = index >= 0 && index < table[node + KIDS]! ? table[word + index]! : 0
      const more = table[node + MORE]!
      if (more !== 0 && (more !== PARAM || kid !== 0)) return this.#branch(path, method, node, kid, at, place)
      // Whatever is dynamic takes a segment, and a segment is not empty.
      if (kid === 0 && (more === 0 || code === SLASH)) {
        this.reach = at
        return null
      }
      if (kid !== 0) {
        node = kid
        at++
        continue
      }
      const slash = path.indexOf('/', at)
      this.spans[place] = at
      if (slash === -1) {
        this.spans[place + 1] = length
        return this.#leafAt(path, method, table[node + PARAM_LEAF]!)
      }
      this.spans[place + 1] = slash
      this.reach = slash + 1
      node = table[node + PARAM_NEXT]!
      if (node === 0) return null
      at = slash + 1
      place += 2
    }
  }

  /** Tries, where there are several ways to go, one after the other. */
  #branch(path: string, method: number, node: number, near: number, at: number, place: number): Candidate<T> | null {
    const table = this.#table
    const more = table[node + MORE]!
    const code = path.charCodeAt(at)
    const kid = near !== 0 || (more & FAR) === 0 ? near : (this.#tree.far.get(node * 65_536 + code) ?? 0)
    if (kid !== 0) {
      const found = this.#node(path, method, kid, at + 1, place)
      if (found !== null) return found
    }
    if (code === SLASH) {
      this.reach = at
      return null
    }
    if ((more & PICKY) !== 0) {
      const found = this.#picky(path, method, this.#tree.edges[table[node + EDGES]!]!.picky, at, place)
      if (found !== null) return found
    }
    if ((more & PARAM) !== 0) {
      const found = this.#param(path, method, node, at, place)
      if (found !== null) return found
    }
    return (more & REST) === 0 ? null : this.#rest(path, method, node, at, place)
  }

  #param(path: string, method: number, node: number, at: number, place: number): Candidate<T> | null {
    const slash = path.indexOf('/', at)
    this.spans[place] = at
    this.spans[place + 1] = slash === -1 ? path.length : slash
    if (slash === -1) return this.#leafAt(path, method, this.#table[node + PARAM_LEAF]!)
    this.reach = slash + 1
    const next = this.#table[node + PARAM_NEXT]!
    return next === 0 ? null : this.#node(path, method, next, slash + 1, place + 2)
  }

  #picky(path: string, method: number, edges: readonly FlatEdge[], at: number, place: number): Candidate<T> | null {
    const slash = path.indexOf('/', at)
    const end = slash === -1 ? path.length : slash
    for (const edge of edges) {
      if (!this.#fits(path, edge, at, end, place)) continue
      const found = this.#after(path, method, edge, end, place + 2 * edge.params)
      if (found !== null) return found
    }
    return null
  }

  #fits(path: string, edge: FlatEdge, at: number, end: number, place: number): boolean {
    if (edge.segment.length > 1) return fitSegment(edge.segment, path, at, end, place, this)
    this.spans[place] = at
    this.spans[place + 1] = end
    return accepts(edge.constraint, path, at, end, this.encoded)
  }

  #after(path: string, method: number, edge: FlatEdge, end: number, place: number): Candidate<T> | null {
    if (end === path.length) return this.#leafAt(path, method, edge.leaf)
    return edge.next === 0 ? null : this.#node(path, method, edge.next, end + 1, place)
  }

  #rest(path: string, method: number, node: number, at: number, place: number): Candidate<T> | null {
    const edges = this.#table[node + EDGES]!
    if (edges !== 0) {
      const found = this.#wildcards(path, method, this.#tree.edges[edges]!.wildcards, at, place)
      if (found !== null) return found
    }
    this.spans[place] = at
    this.spans[place + 1] = path.length
    return this.#leafAt(path, method, this.#table[node + REST_LEAF]!)
  }

  #wildcards(path: string, method: number, edges: readonly FlatEdge[], at: number, place: number): Candidate<T> | null {
    for (const edge of edges) {
      if (edge.next !== 0) {
        for (let end = path.indexOf('/', at); end !== -1; end = path.indexOf('/', end + 1)) {
          if (!this.#takes(path, edge, at, end, place)) continue
          const found = this.#after(path, method, edge, end, place + 2)
          if (found !== null) return found
        }
        this.reach = at // what the wildcard took may have two slashes in a row
      }
      if (edge.leaf !== 0 && this.#takes(path, edge, at, path.length, place)) {
        const found = this.#leafAt(path, method, edge.leaf)
        if (found !== null) return found
      }
    }
    return null
  }

  #takes(path: string, edge: FlatEdge, at: number, end: number, place: number): boolean {
    const { suffix, constraint } = edge
    const to = end - suffix.length
    if (to <= at || (suffix !== '' && !path.startsWith(suffix, to))) return false
    this.spans[place] = at
    this.spans[place + 1] = to
    return accepts(constraint, path, at, to, this.encoded)
  }
}
