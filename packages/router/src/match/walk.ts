import { accepts, type Captures, fitSegment } from '../pattern/fit-segment.ts'
import type { Candidate } from './candidates.ts'
import type { ConditionMatcher, MethodCollector } from './condition-matcher.ts'
import type { PathEdge, PathNode, PathTree } from './path-tree.ts'
import type { Leaf } from './tree.ts'

const SLASH = 47

/** The result of a walk. */
export interface Outcome<T> {
  candidate: Candidate<T> | null
  /** The first leaf of the path that has only other methods, whatever the request. */
  otherEnd: Leaf<T> | null
  /** The other such leaves, if any. */
  furtherEnds: Leaf<T>[] | null
  /** An offset of at least 1 before which there are no two slashes in a row, because a branch of the tree was followed so far. */
  cleanUntil: number
}

/**
 * Finds the best route for a path: depth first, the most specific branch first, with backtracking. Reused for every path, so it
 * allocates nothing; each walk overwrites the outcome of the last.
 */
export class Walk<T> implements Captures {
  readonly spans: Int32Array
  encoded = false
  /** Evaluates conditions; null if no route has any. */
  conditions: ConditionMatcher<T> | MethodCollector<T> | null = null
  readonly #start: PathNode<T> | null
  readonly outcome: Outcome<T> = { candidate: null, otherEnd: null, furtherEnds: null, cleanUntil: 1 }
  #method = 0

  constructor({ start, depth }: PathTree<T>) {
    this.#start = start
    this.spans = new Int32Array(2 * depth)
  }

  /** @param end - the path's leaf outside the tree */
  find(path: string, method: number, end: Leaf<T> | null): Outcome<T> {
    const outcome = this.outcome
    this.#method = method
    outcome.otherEnd = null
    outcome.furtherEnds = null
    outcome.cleanUntil = 1
    outcome.candidate = this.#leaf(path, end)
    if (outcome.candidate === null && this.#start !== null && path.charCodeAt(0) === SLASH) {
      outcome.candidate = this.#node(path, this.#start, 0, 0)
    }
    return outcome
  }

  #leaf(path: string, leaf: Leaf<T> | null): Candidate<T> | null {
    if (leaf === null) return null
    const { conditions } = this
    const candidate =
      conditions === null ? leaf.slots[this.#method]! : conditions.choose(leaf, this.#method, path, this)
    if (candidate === null && (conditions === null || !leaf.conditional)) this.#keepEnd(leaf)
    return candidate
  }

  #keepEnd(leaf: Leaf<T>): void {
    const { outcome } = this
    if (outcome.otherEnd === null) outcome.otherEnd = leaf
    else outcome.furtherEnds = [...(outcome.furtherEnds ?? []), leaf]
  }

  /**
   * Follows a path while there is only one way: text after text, parameter after parameter.
   *
   * @param start - a node whose first character matches the one at `from`
   * @param firstPlace - the index in `spans` for the next parameter
   */
  #node(path: string, start: PathNode<T>, from: number, firstPlace: number): Candidate<T> | null {
    const { length } = path
    let node = start
    let at = from
    let place = firstPlace
    for (;;) {
      const { codes } = node
      const size = codes.length
      if (at + size > length) return null
      at++ // the first character has led here
      for (let i = 1; i < size; i++, at++) if (path.charCodeAt(at) !== codes[i]) return null
      if (at === length) return this.#leaf(path, node.leaf)
      const code = path.charCodeAt(at)
      const index = code - node.base
      const kid = index >= 0 && index < node.near.length ? node.near[index]! : null
      if (node.others === 'several' || (node.others === 'param' && kid !== null)) {
        return this.#branch(path, node, kid, at, place)
      }
      if (kid !== null) {
        node = kid
        continue
      }
      if (node.others === 'none' || code === SLASH) {
        this.outcome.cleanUntil = at
        return null
      }
      const slash = path.indexOf('/', at)
      this.spans[place] = at
      this.spans[place + 1] = slash === -1 ? length : slash
      if (slash === -1) return this.#leaf(path, node.paramLeaf)
      this.outcome.cleanUntil = slash + 1
      if (node.paramNext === null) return null
      node = node.paramNext
      at = slash
      place += 2
    }
  }

  /** Tries several ways, one after the other. */
  #branch(path: string, node: PathNode<T>, near: PathNode<T> | null, at: number, place: number): Candidate<T> | null {
    const code = path.charCodeAt(at)
    const kid = near ?? node.far?.get(code) ?? null
    if (kid !== null) {
      const found = this.#node(path, kid, at, place)
      if (found !== null) return found
    }
    if (code === SLASH) {
      // Placeholders match segments that are not empty.
      this.outcome.cleanUntil = at
      return null
    }
    return (
      (node.picky.length > 0 ? this.#picky(path, node.picky, at, place) : null) ??
      (node.hasParam ? this.#param(path, node, at, place) : null) ??
      (node.wildcards.length > 0 ? this.#wildcards(path, node.wildcards, at, place) : null) ??
      (node.rest === null ? null : this.#rest(path, node.rest, at, place))
    )
  }

  #picky(path: string, edges: readonly PathEdge<T>[], at: number, place: number): Candidate<T> | null {
    const slash = path.indexOf('/', at)
    const end = slash === -1 ? path.length : slash
    for (const edge of edges) {
      const found = this.#fits(path, edge, at, end, place) ? this.#after(path, edge, end, place) : null
      if (found !== null) return found
    }
    return null
  }

  #param(path: string, { paramLeaf, paramNext }: PathNode<T>, at: number, place: number): Candidate<T> | null {
    const slash = path.indexOf('/', at)
    this.spans[place] = at
    this.spans[place + 1] = slash === -1 ? path.length : slash
    if (slash === -1) return this.#leaf(path, paramLeaf)
    this.outcome.cleanUntil = slash + 1
    return paramNext === null ? null : this.#node(path, paramNext, slash, place + 2)
  }

  #fits(path: string, edge: PathEdge<T>, at: number, end: number, place: number): boolean {
    if (edge.segment.length > 1) return fitSegment(edge.segment, path, at, end, place, this)
    this.spans[place] = at
    this.spans[place + 1] = end
    return accepts(edge.constraint, path, at, end, this.encoded)
  }

  /** @param end - where the segment of the edge ends */
  #after(path: string, { leaf, next, params }: PathEdge<T>, end: number, place: number): Candidate<T> | null {
    if (end === path.length) return this.#leaf(path, leaf)
    return next === null ? null : this.#node(path, next, end, place + 2 * params)
  }

  #wildcards(path: string, edges: readonly PathEdge<T>[], at: number, place: number): Candidate<T> | null {
    for (const edge of edges) {
      if (edge.next !== null) {
        for (let end = path.indexOf('/', at); end !== -1; end = path.indexOf('/', end + 1)) {
          const found = this.#takes(path, edge, at, end, place) ? this.#after(path, edge, end, place) : null
          if (found !== null) return found
        }
        this.outcome.cleanUntil = at // what the wildcard took may have two slashes in a row
      }
      const found = this.#takes(path, edge, at, path.length, place) ? this.#leaf(path, edge.leaf) : null
      if (found !== null) return found
    }
    return null
  }

  #takes(path: string, { suffix, constraint }: PathEdge<T>, at: number, end: number, place: number): boolean {
    const to = end - suffix.length
    if (to <= at || (suffix !== '' && !path.startsWith(suffix, to))) return false
    this.spans[place] = at
    this.spans[place + 1] = to
    return accepts(constraint, path, at, to, this.encoded)
  }

  #rest(path: string, leaf: Leaf<T>, at: number, place: number): Candidate<T> | null {
    this.spans[place] = at
    this.spans[place + 1] = path.length
    return this.#leaf(path, leaf)
  }
}
