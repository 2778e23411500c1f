import { type Compiled, hintOf } from './compile.ts'
import type { MatchRequest } from './condition.ts'
import { decodePath } from './decode.ts'
import { Inquiry, paramsOf } from './inquiry.ts'
import type { MethodSet, Methods } from './methods.ts'
import { Hit, MALFORMED, type Match, MISS } from './result.ts'
import { hasOddSlash, otherSpellings, type SlashPolicies } from './slashes.ts'
import type { Candidate, Leaf } from './tree.ts'
import { Walk } from './walk.ts'

/** Matches requests against a frozen table. */
export class Matcher<T> {
  readonly #compiled: Compiled<T>
  readonly #slashes: SlashPolicies
  // What every match needs, at hand.
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
    const walk = this.#walk
    const candidate = walk.find(path, number, leaf ?? null)
    if (candidate === null) {
      if (walk.seen !== null) return this.#refuse(number, this.#allowed(walk))
      return this.#mayBeRespelt(path, walk.reach) ? this.#matchAnything(number, path, request) : MISS
    }
    if (candidate.contested && this.#mayBeRespelt(path, 1)) return this.#matchAnything(number, path, request)
    return candidate.hit ?? new Hit(candidate.route, candidate.make(path, walk.spans), candidate.format)
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
      // A wildcard takes nothing from a route that only another spelling of the path leads to.
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
    const inquiry = this.#conditional ? new Inquiry<T>(request) : null
    const [walk, candidate] = this.#search(decoded, encoded, method, inquiry)
    if (candidate !== null) return candidate.hit ?? this.#hit(decoded, walk, candidate, inquiry)
    if (!inquiry?.conditional) return walk.seen === null ? MISS : this.#refuse(method, this.#allowed(walk))
    const allowed = new Set<number>()
    this.#search(decoded, encoded, method, new Inquiry<T>(request, allowed))
    return allowed.size > 0 ? this.#refuse(method, this.#methods.set(allowed)) : MISS
  }

  #search(path: string, encoded: boolean, method: number, inquiry: Inquiry<T> | null): [Walk<T>, Candidate<T> | null] {
    const walk = new Walk<T>(this.#compiled.tree) // a condition may itself ask the router while this walk is under way
    walk.encoded = encoded
    walk.inquiry = inquiry
    const leaf = this.#statics.get(path)
    const candidate = leaf === undefined ? null : walk.leaf(path, method, leaf)
    return [walk, candidate ?? walk.find(path, method, walk.seen)]
  }

  #hit(path: string, walk: Walk<T>, candidate: Candidate<T>, inquiry: Inquiry<T> | null): Hit<T> {
    const params = candidate.conditions === null ? paramsOf(path, walk, candidate) : inquiry!.params!
    return new Hit(candidate.route, params, candidate.format)
  }

  #allowed({ seen, seenLater }: Walk<T>): MethodSet {
    const { allowed } = seen!
    if (seenLater === null) return allowed
    return this.#methods.set([...allowed.numbers, ...seenLater.flatMap(leaf => leaf.allowed.numbers)])
  }

  #refuse(method: number, { options, refusal }: MethodSet): Match<T> {
    return this.#methods.isOptions(method) ? options : refusal
  }

  /** @param from - the place before which there are no two slashes in a row, 1 or more */
  #mayBeRespelt(path: string, from: number): boolean {
    return this.#trailingSlashes || hasOddSlash(path, from)
  }
}
