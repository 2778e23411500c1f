import { isPromiseLike } from '@arlen/core'
import type { MatchRequest } from './condition.ts'
import { restoreSlashes } from './decode.ts'
import { routerError } from './errors.ts'
import { accepts, type Captures, fitSegment } from './match-segment.ts'
import type { PathParams } from './result.ts'
import type { Candidate, Edge, Leaf, Node } from './tree.ts'

/**
 * Finds the best route of a tree for one path at a time: depth first, the most specific branch first, back where a
 * branch ends in nothing. Its arrays are used again for every path, so a walk allocates nothing.
 */
export class Walk<T> implements Captures {
  readonly from: number[] = []
  readonly to: number[] = []
  encoded = false
  /** True while a condition runs, which may itself ask the router something. */
  busy = false
  /** True when the walk came to the end of some route of another method. */
  sawOther = false
  /** Where the walk is to visit every route of the path, those of any method: takes each method number that has one. */
  collect: Set<number> | undefined
  #path = ''
  #method = 0
  #request: MatchRequest | undefined
  #params: PathParams | undefined

  start(path: string, encoded: boolean, method: number, request: MatchRequest | undefined): void {
    this.#path = path
    this.encoded = encoded
    this.#method = method
    this.#request = request
    this.#params = undefined
    this.sawOther = false
    this.collect = undefined
  }

  /** The parameters of the candidate that was found. */
  params(candidate: Candidate<T>): PathParams {
    return this.#params ?? this.#build(candidate.names)
  }

  #build(names: readonly string[]): Record<string, string> {
    const params: Record<string, string> = {}
    for (let i = 0; i < names.length; i++) {
      const text = this.#path.slice(this.from[i], this.to[i])
      params[names[i]!] = this.encoded ? restoreSlashes(text) : text
    }
    return params
  }

  leaf(leaf: Leaf<T>): Candidate<T> | null {
    if (this.collect !== undefined) return this.#visit(leaf, this.collect)
    const candidate = leaf.slots[this.#method]!
    if (candidate === null) {
      this.sawOther = true
      return null
    }
    return candidate.conditions === null ? candidate : this.#choose(candidate)
  }

  #visit(leaf: Leaf<T>, methods: Set<number>): null {
    for (const [number, candidate] of leaf.slots.entries()) {
      if (candidate !== null && !methods.has(number) && this.#choose(candidate) !== null) methods.add(number)
    }
    this.#params = undefined
    return null
  }

  #choose(first: Candidate<T>): Candidate<T> | null {
    for (let candidate: Candidate<T> | null = first; candidate !== null; candidate = candidate.next) {
      if (candidate.conditions === null || this.#holds(candidate)) return candidate
    }
    return null
  }

  #holds(candidate: Candidate<T>): boolean {
    const request = this.#request
    if (request === undefined) return false
    const params = this.#build(candidate.names)
    this.busy = true
    try {
      for (const condition of candidate.conditions!) {
        const result = condition.test(request, params, candidate.format)
        if (isPromiseLike(result)) {
          const { route } = candidate
          throw routerError('condition_async', { name: condition.name, route, source: route.where })
        }
        if (result !== true) return false
      }
    } finally {
      this.busy = false
    }
    this.#params = params
    return true
  }

  /**
   * @param at - the first place after the text of `start`
   * @param depth - how many parameters are captured already
   */
  node(start: Node<T>, at: number, depth: number): Candidate<T> | null {
    const path = this.#path
    let node = start
    for (;;) {
      if (at === path.length) return node.leaf === null ? null : this.leaf(node.leaf)
      const kid = node.child(path.charCodeAt(at))
      if (kid !== undefined && path.startsWith(kid.text, at)) {
        const after = at + kid.text.length
        if (!node.dynamic) {
          node = kid
          at = after
          continue
        }
        const found = this.node(kid, after, depth)
        if (found !== null) return found
      }
      return node.dynamic ? this.#segment(node, at, depth) : null
    }
  }

  #segment(node: Node<T>, at: number, depth: number): Candidate<T> | null {
    const path = this.#path
    const slash = path.indexOf('/', at)
    if (slash === at) return null
    const end = slash === -1 ? path.length : slash
    if (node.picky !== null) {
      for (const edge of node.picky) {
        if (!this.#fits(edge, at, end, depth)) continue
        const found = this.#after(edge, end, depth + edge.params)
        if (found !== null) return found
      }
    }
    if (node.param !== null) {
      this.from[depth] = at
      this.to[depth] = end
      const found = this.#after(node.param, end, depth + 1)
      if (found !== null) return found
    }
    return node.wildcards === null ? null : this.#wildcards(node.wildcards, at, end, depth)
  }

  #fits(edge: Edge<T>, at: number, end: number, depth: number): boolean {
    if (edge.segment.length > 1) return fitSegment(edge.segment, this.#path, at, end, depth, this)
    this.from[depth] = at
    this.to[depth] = end
    return accepts(edge.constraint, this.#path, at, end, this.encoded)
  }

  #after(edge: Edge<T>, end: number, depth: number): Candidate<T> | null {
    if (end === this.#path.length) return edge.leaf === null ? null : this.leaf(edge.leaf)
    const { next } = edge
    return next !== null && this.#path.startsWith(next.text, end)
      ? this.node(next, end + next.text.length, depth)
      : null
  }

  #wildcards(edges: readonly Edge<T>[], at: number, firstEnd: number, depth: number): Candidate<T> | null {
    const path = this.#path
    for (const edge of edges) {
      if (edge.next !== null) {
        for (let end = firstEnd; end !== -1 && end < path.length; end = path.indexOf('/', end + 1)) {
          if (!this.#takes(edge, at, end, depth)) continue
          const found = this.#after(edge, end, depth + 1)
          if (found !== null) return found
        }
      }
      if (edge.leaf !== null && this.#takes(edge, at, path.length, depth)) {
        const found = this.leaf(edge.leaf)
        if (found !== null) return found
      }
    }
    return null
  }

  #takes(edge: Edge<T>, at: number, end: number, depth: number): boolean {
    const to = end - edge.suffix.length
    if (to <= at || !this.#path.startsWith(edge.suffix, to)) return false
    this.from[depth] = at
    this.to[depth] = to
    return accepts(edge.constraint, this.#path, at, to, this.encoded)
  }
}
