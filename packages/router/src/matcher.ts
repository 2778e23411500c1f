import type { Compiled } from './compile.ts'
import type { MatchRequest } from './condition.ts'
import { decodePath } from './decode.ts'
import type { MethodSet, Methods } from './methods.ts'
import { Hit, MALFORMED, type Match, MISS } from './result.ts'
import { hasDoubleSlash, otherSpellings, type SlashPolicies } from './slashes.ts'
import type { Leaf, Node } from './tree.ts'
import { Walk } from './walk.ts'

/** Matches requests against a frozen table. */
export class Matcher<T> {
  readonly #slashes: SlashPolicies
  readonly #trailingSlashes: boolean
  readonly #conditional: boolean
  readonly #methods: Methods
  readonly #statics: ReadonlyMap<string, Leaf<T>>
  readonly #lengths: readonly boolean[]
  readonly #root: Node<T>
  readonly #walk: Walk<T> = new Walk()

  constructor(compiled: Compiled<T>, slashes: SlashPolicies) {
    this.#slashes = slashes
    this.#trailingSlashes = compiled.trailingSlashes
    this.#conditional = compiled.conditional
    this.#methods = compiled.methods
    this.#statics = compiled.statics
    this.#lengths = compiled.lengths
    this.#root = compiled.root
  }

  match(method: string, path: string, request: MatchRequest | undefined): Match<T> {
    const number = this.#methods.number(method)
    const leaf = this.#lengths[path.length] === true ? this.#statics.get(path) : undefined
    if (leaf !== undefined) {
      const hit = leaf.slots[number]?.hit
      if (hit) return hit
    }
    if (this.#conditional || path.indexOf('%') !== -1) return this.#matchAnything(number, path, request)
    const walk = this.#walk
    walk.start(number, leaf ?? null)
    const candidate = walk.root(path, this.#root)
    if (candidate === null) {
      if (walk.seen !== null) return this.#refuse(number, walk.allowed(this.#methods))
      return this.#mayBeRespelt(path) ? this.#matchAnything(number, path, request) : MISS
    }
    if (candidate.route.pattern.wildcard && this.#mayBeRespelt(path)) return this.#matchAnything(number, path, request)
    return candidate.hit ?? new Hit(candidate.route, candidate.make(path, walk), candidate.format)
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
    const walk = new Walk<T>(request, encoded) // a condition may itself ask the router while this walk is under way
    walk.start(method, null)
    const leaf = this.#statics.get(decoded)
    const candidate = (leaf && walk.leaf(decoded, leaf)) ?? walk.root(decoded, this.#root)
    if (candidate !== null)
      return candidate.hit ?? new Hit(candidate.route, walk.params(decoded, candidate), candidate.format)
    if (!walk.sawConditional) return walk.seen === null ? MISS : this.#refuse(method, walk.allowed(this.#methods))
    const allowed = this.#collect(decoded, encoded, leaf, request)
    return allowed.size > 0 ? this.#refuse(method, this.#methods.set(allowed)) : MISS
  }

  /** Every method that a route of this path has whose conditions hold. */
  #collect(path: string, encoded: boolean, leaf: Leaf<T> | undefined, request: MatchRequest | undefined): Set<number> {
    const found = new Set<number>()
    const walk = new Walk<T>(request, encoded, found)
    if (leaf !== undefined) walk.leaf(path, leaf)
    walk.root(path, this.#root)
    return found
  }

  #refuse(method: number, { allow }: MethodSet): Match<T> {
    return this.#methods.isOptions(method) ? { kind: 'options', allow } : { kind: 'method_not_allowed', allow }
  }

  #mayBeRespelt(path: string): boolean {
    return this.#trailingSlashes || path.charCodeAt(path.length - 1) === 47 || hasDoubleSlash(path)
  }
}
