import type { Compiled } from './compile.ts'
import type { MatchRequest } from './condition.ts'
import { decodePath } from './decode.ts'
import type { Methods } from './methods.ts'
import { Hit, MALFORMED, type Match, MISS } from './result.ts'
import { otherSpellings, type SlashPolicies, type Spelling } from './slashes.ts'
import type { Leaf, Node } from './tree.ts'
import { Walk } from './walk.ts'

/** Matches requests against a frozen table. */
export class Matcher<T> {
  readonly #compiled: Compiled<T>
  readonly #slashes: SlashPolicies
  readonly #methods: Methods
  readonly #statics: ReadonlyMap<string, Leaf<T>>
  readonly #lengths: readonly boolean[]
  readonly #root: Node<T>
  readonly #walk: Walk<T> = new Walk()

  constructor(compiled: Compiled<T>, slashes: SlashPolicies) {
    this.#compiled = compiled
    this.#slashes = slashes
    this.#methods = compiled.methods
    this.#statics = compiled.statics
    this.#lengths = compiled.lengths
    this.#root = compiled.root
  }

  find(method: string, path: string, request: MatchRequest | undefined): Hit<T> | undefined {
    const number = this.#methods.number(method)
    if (this.#lengths[path.length] === true) {
      const leaf = this.#statics.get(path)
      if (leaf !== undefined) {
        const hit = leaf.slots[number]?.hit
        return hit ?? this.#search(number, path, leaf, request)
      }
    }
    if (this.#compiled.conditional || path.indexOf('%') !== -1) return this.#search(number, path, undefined, request)
    const walk = this.#walk
    walk.method = number
    const candidate = walk.root(path, this.#root)
    return candidate === null
      ? undefined
      : (candidate.hit ?? new Hit(candidate.route, candidate.make(path, walk), candidate.format))
  }

  /** The general case of `find`. */
  #search(
    method: number,
    path: string,
    leaf: Leaf<T> | undefined,
    request: MatchRequest | undefined,
  ): Hit<T> | undefined {
    const encoded = path.includes('%')
    const decoded = encoded ? decodePath(path) : path
    if (decoded === undefined) return undefined
    const end = encoded ? this.#statics.get(decoded) : leaf
    const walk = new Walk<T>() // a condition may itself ask the router while this walk is under way
    walk.method = method
    walk.encoded = encoded
    walk.request = request
    const candidate = (end === undefined ? null : walk.leaf(decoded, end)) ?? walk.root(decoded, this.#root)
    return candidate === null
      ? undefined
      : (candidate.hit ?? new Hit(candidate.route, walk.params(decoded, candidate), candidate.format))
  }

  match(method: string, path: string, request: MatchRequest | undefined): Match<T> {
    const hit = this.find(method, path, request)
    if (hit === undefined) return this.#resolveMiss(method, path, request)
    if (!hit.route.pattern.wildcard || !this.#mayBeRespelt(path)) return hit
    return this.#findRespelt(method, path, request) ?? hit
  }

  #mayBeRespelt(path: string): boolean {
    return this.#compiled.trailingSlashes || path.endsWith('/') || path.includes('//')
  }

  /** A route that a wildcard must not take a request from, only because of a slash. */
  #findRespelt(method: string, path: string, request: MatchRequest | undefined): Match<T> | undefined {
    for (const { path: location, redirect } of this.#otherSpellings(path)) {
      const hit = this.find(method, location, request)
      if (hit !== undefined && !hit.route.pattern.wildcard) return redirect ? { kind: 'redirect', location } : hit
    }
    return undefined
  }

  /** What a request gets for which `find` has nothing. */
  #resolveMiss(method: string, path: string, request: MatchRequest | undefined): Match<T> {
    const written = this.#refuse(method, path, request)
    if (written !== MISS) return written
    for (const { path: location, redirect } of this.#otherSpellings(path)) {
      const hit = this.find(method, location, request)
      if (hit !== undefined) return redirect ? { kind: 'redirect', location } : hit
      const other = this.#refuse(method, location, request)
      if (other !== MISS) return other
    }
    return MISS
  }

  #otherSpellings(path: string): Spelling[] {
    return otherSpellings(path, this.#slashes, this.#compiled.trailingSlashes)
  }

  #refuse(method: string, path: string, request: MatchRequest | undefined): Exclude<Match<T>, Hit<T>> {
    const decoded = decodePath(path)
    if (decoded === undefined) return MALFORMED
    const found = new Set<number>()
    const walk = new Walk<T>(found)
    walk.method = this.#methods.number(method)
    walk.encoded = path.includes('%')
    walk.request = request
    const leaf = this.#statics.get(decoded)
    if (leaf !== undefined) walk.leaf(decoded, leaf)
    walk.root(decoded, this.#root)
    if (found.size === 0) return MISS
    const { names } = this.#methods
    const allow = names.filter(name => name === 'OPTIONS' || found.has(this.#methods.number(name))).join(', ')
    return method === 'OPTIONS' ? { kind: 'options', allow } : { kind: 'method_not_allowed', allow }
  }
}
