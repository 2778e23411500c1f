import { climbs, decodePath } from '../url/decode.ts'
import type { Candidate } from './candidates.ts'
import { type Compiled, hintOf } from './compile.ts'
import type { MatchRequest } from './condition.ts'
import { ConditionMatcher, MethodCollector, paramsOf } from './condition-matcher.ts'
import type { MethodSet, Methods } from './methods.ts'
import { Hit, MALFORMED, type Match, MISS, type PathParams } from './result.ts'
import { hasOddSlash, otherSpellings, type SlashPolicies } from './slashes.ts'
import type { Leaf } from './tree.ts'
import { type Outcome, Walk } from './walk.ts'

/** Matches requests against a frozen table. */
export class Matcher<T> {
  readonly #compiled: Compiled<T>
  readonly #slashes: SlashPolicies
  // Copies of what every match needs.
  readonly #conditional: boolean
  readonly #trailingSlashes: boolean
  readonly #methods: Methods
  readonly #statics: ReadonlyMap<string, Leaf<T>>
  readonly #hints: Uint8Array
  readonly #walk: Walk<T>

  constructor(compiled: Compiled<T>, slashes: SlashPolicies) {
    this.#compiled = compiled
    this.#slashes = slashes
    this.#trailingSlashes = compiled.trailingSlashes
    this.#conditional = compiled.conditional
    this.#methods = compiled.methods
    this.#statics = compiled.statics
    this.#hints = compiled.hints
    this.#walk = new Walk(compiled.tree)
  }

  match(method: string, path: string, request: MatchRequest | undefined): Match<T> {
    const number = this.#methods.number(method)
    const leaf = this.#hints[hintOf(path)] === 1 ? this.#statics.get(path) : undefined
    if (leaf !== undefined) {
      const hit = leaf.slots[number]?.hit
      if (hit) return hit
    }
    if (this.#conditional || path.indexOf('%') !== -1) return this.#matchAnything(number, path, request)
    const { candidate, otherEnd, cleanUntil } = this.#walk.find(path, number, leaf ?? null)
    if (candidate === null) {
      if (otherEnd !== null) return this.#otherMethods(number, this.#walk.outcome)
      return this.#mayBeRespelled(path, cleanUntil) ? this.#matchAnything(number, path, request) : MISS
    }
    if (candidate.wildcard !== null && this.#isDoubtful(candidate, path)) {
      return this.#matchAnything(number, path, request)
    }
    return candidate.hit ?? new Hit(candidate.route, candidate.makeParams(path, this.#walk.spans), candidate.format)
  }

  /** `OPTIONS *` asks about the server as a whole, which has no route (RFC 9110, section 9.3.7). */
  matchServer(method: string): Match<T> {
    return method === 'OPTIONS' ? { kind: 'options', allow: this.#compiled.allowed.allow } : MISS
  }

  /** The general case: conditions, percent-encoding, other spellings. */
  #matchAnything(method: number, path: string, request: MatchRequest | undefined): Match<T> {
    const written = this.#matchAsWritten(method, path, request)
    const isHit = written.kind === 'hit'
    if (isHit ? !written.route.pattern.wildcard : written !== MISS) return written
    for (const { path: location, redirect } of otherSpellings(path, this.#slashes, this.#trailingSlashes)) {
      const match = this.#matchAsWritten(method, location, request)
      // A more specific route with another spelling takes precedence over a wildcard.
      if (match.kind === 'hit' && !(isHit && match.route.pattern.wildcard)) {
        return redirect ? { kind: 'redirect', location } : match
      }
      if (match !== MISS && !isHit) return match
    }
    return written
  }

  #matchAsWritten(method: number, path: string, request: MatchRequest | undefined): Match<T> {
    const encoded = path.includes('%')
    const decoded = encoded ? decodePath(path) : path
    if (decoded === undefined) return MALFORMED
    const conditions = this.#conditional ? new ConditionMatcher<T>(request) : null
    const walk = this.#newWalk(encoded, conditions)
    const { candidate, otherEnd } = walk.find(decoded, method, this.#statics.get(decoded) ?? null)
    if (candidate !== null) {
      const params = candidate.conditions === null ? paramsOf(decoded, walk, candidate) : conditions!.params!
      return candidate.hit ?? hitOf(candidate, params)
    }
    if (conditions?.dependsOnRequest) return this.#methodsOf(decoded, encoded, method, request)
    return otherEnd === null ? MISS : this.#otherMethods(method, walk.outcome)
  }

  /** The allowed methods of a path whose routes have conditions: they are evaluated for every method. */
  #methodsOf(path: string, encoded: boolean, method: number, request: MatchRequest | undefined): Match<T> {
    const collector = new MethodCollector<T>(request)
    this.#newWalk(encoded, collector).find(path, method, this.#statics.get(path) ?? null)
    return collector.methods.size > 0 ? this.#notMatched(method, this.#methods.set(collector.methods)) : MISS
  }

  /** A new walk, because a condition may call the router while a walk is under way. */
  #newWalk(encoded: boolean, conditions: Walk<T>['conditions']): Walk<T> {
    const walk = new Walk<T>(this.#compiled.tree)
    walk.encoded = encoded
    walk.conditions = conditions
    return walk
  }

  #otherMethods(method: number, { otherEnd, furtherEnds }: Outcome<T>): Match<T> {
    const { allowed } = otherEnd!
    if (furtherEnds === null) return this.#notMatched(method, allowed)
    const further = furtherEnds.flatMap(end => end.allowed.numbers)
    return this.#notMatched(method, this.#methods.set([...allowed.numbers, ...further]))
  }

  #notMatched(method: number, { options, notAllowed }: MethodSet): Match<T> {
    return this.#methods.isOptions(method) ? options : notAllowed
  }

  /** Whether a match with a wildcard needs a closer look: at other spellings of the path, or at `..` in it. */
  #isDoubtful({ conflicts }: Candidate<T>, path: string): boolean {
    return (conflicts && this.#mayBeRespelled(path, 1)) || path.indexOf('..') !== -1
  }

  /** @param from - an offset of at least 1 before which there are no two slashes in a row */
  #mayBeRespelled(path: string, from: number): boolean {
    return this.#trailingSlashes || hasOddSlash(path, from)
  }
}

/** A wildcard takes the rest of the path, and `..` in it is not part of any: no handler is to resolve it by accident. */
function hitOf<T>(candidate: Candidate<T>, params: PathParams): Match<T> {
  const { route, wildcard, format } = candidate
  if (wildcard !== null && climbs(params[wildcard]!)) return MALFORMED
  return new Hit(route, params, format)
}
