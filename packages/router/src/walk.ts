import { isPromiseLike } from '@arlen/core'
import type { MatchRequest } from './condition.ts'
import { restoreSlashes } from './decode.ts'
import { routerError } from './errors.ts'
import { accepts, type Captures, fitSegment } from './match-segment.ts'
import type { MethodSet, Methods } from './methods.ts'
import type { PathParams } from './result.ts'
import type { Candidate, Edge, Leaf, Node } from './tree.ts'

/**
 * Finds the best route of a tree for one path at a time: depth first, the most specific branch first, back where a
 * branch ends in nothing. Its arrays are used again for every path, so a walk allocates nothing.
 */
export class Walk<T> implements Captures {
  readonly from: number[] = []
  readonly to: number[] = []
  readonly encoded: boolean
  /** The first end that the walk came to and that has other methods only, whatever the request. */
  seen: Leaf<T> | null = null
  /** True when it came to one where that depends on the request. */
  sawConditional = false
  #method = 0
  #seenLater: Leaf<T>[] | null = null
  readonly #request: MatchRequest | undefined
  readonly #collect: Set<number> | undefined
  /** Those that conditions were asked about, and added to. */
  #params: Record<string, string> | undefined

  /**
   * @param encoded - whether paths were percent-decoded and may hold stand-ins for encoded slashes
   * @param collect - makes the walk visit every end of the path instead; takes the number of each method it has
   */
  constructor(request?: MatchRequest, encoded = false, collect?: Set<number>) {
    this.#request = request
    this.encoded = encoded
    this.#collect = collect
  }

  /** @param seen - the end that the path has outside of the tree */
  start(method: number, seen: Leaf<T> | null): void {
    this.#method = method
    this.seen = seen
    if (this.#seenLater !== null) this.#seenLater = null
  }

  /** The methods at the ends that were seen. */
  allowed(methods: Methods): MethodSet {
    const { allowed } = this.seen!
    if (this.#seenLater === null) return allowed
    return methods.set([...allowed.numbers, ...this.#seenLater.flatMap(leaf => leaf.allowed.numbers)])
  }

  /** The parameters of the candidate that was found. */
  params(path: string, candidate: Candidate<T>): PathParams {
    if (candidate.conditions === null) return this.#build(path, candidate)
    const params = this.#params!
    this.#params = undefined
    return params
  }

  #build(path: string, candidate: Candidate<T>): Record<string, string> {
    const params = candidate.make(path, this)
    if (this.encoded) for (const name of candidate.names) params[name] = restoreSlashes(params[name]!)
    return params
  }

  /** The candidate at one end, if any. */
  leaf(path: string, leaf: Leaf<T>): Candidate<T> | null {
    const candidate = leaf.slots[this.#method]!
    if (leaf.conditional || this.#collect !== undefined) return this.#leafWithConditions(path, leaf, candidate)
    if (candidate === null) {
      if (this.seen === null) this.seen = leaf
      else this.#seenLater = [...(this.#seenLater ?? []), leaf]
    }
    return candidate
  }

  #leafWithConditions(path: string, leaf: Leaf<T>, candidate: Candidate<T> | null): Candidate<T> | null {
    if (this.#collect !== undefined) return this.#visit(path, leaf, this.#collect)
    const chosen = candidate && this.#choose(path, candidate)
    if (chosen === null) this.sawConditional = true
    return chosen
  }

  #visit(path: string, leaf: Leaf<T>, methods: Set<number>): null {
    for (const [number, candidate] of leaf.slots.entries()) {
      if (candidate !== null && !methods.has(number) && this.#choose(path, candidate) !== null) methods.add(number)
    }
    return null
  }

  #choose(path: string, first: Candidate<T>): Candidate<T> | null {
    for (let candidate: Candidate<T> | null = first; candidate !== null; candidate = candidate.next) {
      if (candidate.conditions === null || this.#holds(path, candidate)) return candidate
    }
    return null
  }

  #holds(path: string, candidate: Candidate<T>): boolean {
    const request = this.#request
    if (request === undefined) return false
    const params = this.#build(path, candidate)
    for (const condition of candidate.conditions!) {
      const result = condition.test(request, params, candidate.format)
      if (isPromiseLike(result)) {
        const { route } = candidate
        throw routerError('condition_async', { name: condition.name, route, source: route.where })
      }
      if (result !== true) return false
    }
    this.#params = params
    return true
  }

  root(path: string, root: Node<T>): Candidate<T> | null {
    return path.charCodeAt(0) === SLASH && continues(path, 0, root.codes)
      ? this.#node(path, root, root.codes.length, 0)
      : null
  }

  /**
   * @param at - the first place after the text of `start`
   * @param depth - how many parameters are captured already
   */
  #node(path: string, start: Node<T>, at: number, depth: number): Candidate<T> | null {
    const length = path.length
    let node = start
    for (;;) {
      if (at >= length) return node.leaf === null ? null : this.leaf(path, node.leaf)
      const code = path.charCodeAt(at)
      const kid = node.child(code)
      if (kid !== undefined && continues(path, at, kid.codes)) {
        const after = at + kid.codes.length
        if (!node.dynamic) {
          node = kid
          at = after
          continue
        }
        const found = this.#node(path, kid, after, depth)
        if (found !== null) return found
      }
      // Whatever is dynamic takes a segment, and a segment is not empty.
      if (!node.dynamic || code === SLASH) return null
      if (node.picky !== null) {
        const found = this.#picky(path, node.picky, at, depth)
        if (found !== null) return found
      }
      const { param } = node
      if (param !== null) {
        const slash = path.indexOf('/', at)
        this.from[depth] = at
        if (slash === -1) {
          this.to[depth] = length
          const found = param.leaf === null ? null : this.leaf(path, param.leaf)
          if (found !== null) return found
        } else if (param.next !== null && continues(path, slash, param.next.codes)) {
          this.to[depth] = slash
          const after = slash + param.next.codes.length
          if (!node.takesRest) {
            node = param.next
            at = after
            depth++
            continue
          }
          const found = this.#node(path, param.next, after, depth + 1)
          if (found !== null) return found
        }
      }
      return node.takesRest ? this.#rest(path, node, at, depth) : null
    }
  }

  #rest(path: string, node: Node<T>, at: number, depth: number): Candidate<T> | null {
    if (node.wildcards !== null) {
      const found = this.#wildcards(path, node.wildcards, at, depth)
      if (found !== null) return found
    }
    if (node.rest === null) return null
    this.from[depth] = at
    this.to[depth] = path.length
    return this.leaf(path, node.rest)
  }

  #picky(path: string, edges: readonly Edge<T>[], at: number, depth: number): Candidate<T> | null {
    const end = segmentEnd(path, at)
    for (const edge of edges) {
      if (!this.#fits(path, edge, at, end, depth)) continue
      const found = this.#after(path, edge, end, depth + edge.params)
      if (found !== null) return found
    }
    return null
  }

  #fits(path: string, edge: Edge<T>, at: number, end: number, depth: number): boolean {
    if (edge.segment.length > 1) return fitSegment(edge.segment, path, at, end, depth, this)
    this.from[depth] = at
    this.to[depth] = end
    return accepts(edge.constraint, path, at, end, this.encoded)
  }

  #after(path: string, edge: Edge<T>, end: number, depth: number): Candidate<T> | null {
    if (end === path.length) return edge.leaf === null ? null : this.leaf(path, edge.leaf)
    const { next } = edge
    if (next === null || !continues(path, end, next.codes)) return null
    return this.#node(path, next, end + next.codes.length, depth)
  }

  #wildcards(path: string, edges: readonly Edge<T>[], at: number, depth: number): Candidate<T> | null {
    for (const edge of edges) {
      if (edge.next !== null) {
        for (let end = path.indexOf('/', at); end !== -1; end = path.indexOf('/', end + 1)) {
          if (!this.#takes(path, edge, at, end, depth)) continue
          const found = this.#after(path, edge, end, depth + 1)
          if (found !== null) return found
        }
      }
      if (edge.leaf !== null && this.#takes(path, edge, at, path.length, depth)) {
        const found = this.leaf(path, edge.leaf)
        if (found !== null) return found
      }
    }
    return null
  }

  #takes(path: string, edge: Edge<T>, at: number, end: number, depth: number): boolean {
    const { suffix, constraint } = edge
    const to = end - suffix.length
    if (to <= at || (suffix !== '' && !path.startsWith(suffix, to))) return false
    this.from[depth] = at
    this.to[depth] = to
    return accepts(constraint, path, at, to, this.encoded)
  }
}

const SLASH = 47

function segmentEnd(path: string, at: number): number {
  const slash = path.indexOf('/', at)
  return slash === -1 ? path.length : slash
}

/** True where the text of `codes` stands at `at`; that its first character does is known. */
function continues(path: string, at: number, codes: readonly number[]): boolean {
  for (let i = 1; i < codes.length; i++) {
    if (path.charCodeAt(at + i) !== codes[i]) return false
  }
  return true
}
