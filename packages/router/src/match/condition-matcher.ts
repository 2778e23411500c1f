import { isPromiseLike } from '@arlen/core'
import { routerError } from '../errors.ts'
import type { Captures } from '../pattern/fit-segment.ts'
import { restoreSlashes } from '../url/decode.ts'
import type { Candidate } from './candidates.ts'
import type { MatchRequest } from './condition.ts'
import type { Leaf } from './tree.ts'

/** Chooses the first candidate at a leaf whose conditions hold for the request. */
export class ConditionMatcher<T> {
  /** The parameters of the chosen candidate, including those that its conditions added. */
  params: Record<string, string> | undefined
  /** Whether the allowed methods depend on the request. */
  dependsOnRequest = false
  readonly #request: MatchRequest | undefined

  constructor(request: MatchRequest | undefined) {
    this.#request = request
  }

  choose(leaf: Leaf<T>, method: number, path: string, captures: Captures): Candidate<T> | null {
    for (let candidate = leaf.slots[method] ?? null; candidate !== null; candidate = candidate.next) {
      if (candidate.conditions === null) return candidate
      this.params = paramsWhereAllHold(candidate, this.#request, path, captures)
      if (this.params !== undefined) return candidate
    }
    if (leaf.conditional) this.dependsOnRequest = true
    return null
  }
}

/** Collects the methods with a candidate whose conditions hold for the request, and chooses none. */
export class MethodCollector<T> {
  readonly methods: Set<number> = new Set()
  readonly #request: MatchRequest | undefined

  constructor(request: MatchRequest | undefined) {
    this.#request = request
  }

  choose(leaf: Leaf<T>, _method: number, path: string, captures: Captures): null {
    for (const method of leaf.slots.keys()) {
      if (this.methods.has(method)) continue
      const matcher = new ConditionMatcher<T>(this.#request)
      if (matcher.choose(leaf, method, path, captures) !== null) this.methods.add(method)
    }
    return null
  }
}

function paramsWhereAllHold<T>(
  candidate: Candidate<T>,
  request: MatchRequest | undefined,
  path: string,
  captures: Captures,
): Record<string, string> | undefined {
  if (request === undefined) return undefined
  const params = paramsOf(path, captures, candidate)
  for (const condition of candidate.conditions!) {
    const result = condition.test(request, params, candidate.format)
    if (isPromiseLike(result)) {
      const { route } = candidate
      throw routerError('condition_async', { name: condition.name, route, source: route.where }, { at: route.source })
    }
    if (result !== true) return undefined
  }
  return params
}

/** The parameters of a candidate in a path. */
export function paramsOf<T>(path: string, captures: Captures, candidate: Candidate<T>): Record<string, string> {
  const params = candidate.makeParams(path, captures.spans)
  if (captures.encoded) for (const name of candidate.names) params[name] = restoreSlashes(params[name]!)
  return params
}
