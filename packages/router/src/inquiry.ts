import { isPromiseLike } from '@arlen/core'
import type { MatchRequest } from './condition.ts'
import { restoreSlashes } from './decode.ts'
import { routerError } from './errors.ts'
import type { Captures } from './match-segment.ts'
import type { Candidate, Leaf } from './tree.ts'

interface Seeing<T> extends Captures {
  see(leaf: Leaf<T>): void
}

/** Decides which candidates' conditions hold for one request. */
export class Inquiry<T> {
  /** The parameters of the candidate that was chosen: what conditions were asked about, and added to. */
  params: Record<string, string> | undefined
  /** True when what a path allows depends on the request. */
  conditional = false
  readonly #request: MatchRequest | undefined
  readonly #allowed: Set<number> | undefined

  /** @param allowed - where given, nothing is chosen: it takes the number of each method that has a candidate */
  constructor(request: MatchRequest | undefined, allowed?: Set<number>) {
    this.#request = request
    this.#allowed = allowed
  }

  choose(path: string, walk: Seeing<T>, leaf: Leaf<T>, method: number): Candidate<T> | null {
    const allowed = this.#allowed
    if (allowed !== undefined) {
      for (const [number, candidate] of leaf.slots.entries()) {
        if (!allowed.has(number) && this.#first(path, walk, candidate) !== null) allowed.add(number)
      }
      return null
    }
    const chosen = this.#first(path, walk, leaf.slots[method]!)
    if (chosen === null) {
      if (leaf.conditional) this.conditional = true
      else walk.see(leaf)
    }
    return chosen
  }

  #first(path: string, captures: Captures, first: Candidate<T> | null): Candidate<T> | null {
    for (let candidate = first; candidate !== null; candidate = candidate.next) {
      if (candidate.conditions === null || this.#holds(path, captures, candidate)) return candidate
    }
    return null
  }

  #holds(path: string, captures: Captures, candidate: Candidate<T>): boolean {
    const request = this.#request
    if (request === undefined) return false
    const params = paramsOf(path, captures, candidate)
    for (const condition of candidate.conditions!) {
      const result = condition.test(request, params, candidate.format)
      if (isPromiseLike(result)) {
        const { route } = candidate
        throw routerError('condition_async', { name: condition.name, route, source: route.where })
      }
      if (result !== true) return false
    }
    this.params = params
    return true
  }
}

export function paramsOf<T>(path: string, captures: Captures, candidate: Candidate<T>): Record<string, string> {
  const params = candidate.make(path, captures.spans)
  if (captures.encoded) for (const name of candidate.names) params[name] = restoreSlashes(params[name]!)
  return params
}
