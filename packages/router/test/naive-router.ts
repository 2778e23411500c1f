import type { ConditionTest, MatchRequest, RouteOptions, SlashPolicy } from '../src/index.ts'
import { isDate, isInt, isSlug, isUuid } from '../src/pattern/text-constraints.ts'
import type { Matching, Outcome } from './outcome.ts'

const TYPES: Record<string, (text: string) => boolean> = { int: isInt, uuid: isUuid, slug: isSlug, date: isDate }
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

type Token = { text: string } | { name: string; wild: boolean; constraint: string }

interface Variant {
  method: string
  value: string
  segments: Token[][]
  slash: boolean
  format: string | undefined
  derived: boolean
  test: ConditionTest | undefined
  /** Of the route. */
  index: number
}

interface Found {
  variant: Variant
  params: Record<string, string>
  /** Compared from left to right; the least wins. */
  key: number[]
}

/**
 * The oracle: a list of routes that are all tried, one after the other, and the winner picked by comparing what the
 * documentation says about priority. Slow and plain, it shares no matching code with the router.
 */
export class NaiveRouter implements Matching {
  readonly #variants: Variant[] = []
  readonly #trailing: SlashPolicy
  readonly #duplicate: SlashPolicy
  #count = 0

  constructor(trailing: SlashPolicy = 'redirect', duplicate: SlashPolicy = 'redirect') {
    this.#trailing = trailing
    this.#duplicate = duplicate
  }

  add(method: string, path: string, value: string, options: RouteOptions = {}): void {
    const slash = path.length > 1 && path.endsWith('/') && this.#trailing !== 'ignore'
    const optional = path.endsWith('?')
    const segments = splitPath(path.replace(/[?/]$/, ''))
    const test = options.when as ConditionTest | undefined
    const base = { method, value, segments, slash, format: undefined, derived: false, test, index: this.#count++ }
    const plain: Variant[] = optional ? [base, { ...base, segments: segments.slice(0, -1), derived: true }] : [base]
    this.#variants.push(...plain)
    for (const variant of plain) {
      if (variant.segments.length === 0 || variant.slash) continue
      for (const format of options.formats ?? []) {
        const last = [...variant.segments.at(-1)!]
        const end = last.at(-1)!
        if ('text' in end) last[last.length - 1] = { text: `${end.text}.${format}` }
        else last.push({ text: `.${format}` })
        this.#variants.push({ ...variant, segments: [...variant.segments.slice(0, -1), last], format, derived: true })
      }
    }
  }

  match(method: string, path: string, request?: MatchRequest): Outcome {
    const written = this.#written(method, path, request)
    // A wildcard takes nothing from a route that only another spelling of the path leads to.
    const loose = written && 'value' in written && this.#isWild(written.value)
    if (written && !loose) return written
    for (const [other, redirect] of this.#spellings(path)) {
      const outcome = this.#written(method, other, request)
      if (!outcome || (loose && !('value' in outcome && !this.#isWild(outcome.value)))) continue
      return 'value' in outcome && redirect ? { kind: 'redirect', location: other } : outcome
    }
    return written ?? { kind: 'miss' }
  }

  /** Values are unique in tests. */
  #isWild(value: string): boolean {
    const tokens = this.#variants.find(variant => variant.value === value)!.segments.flat()
    return tokens.some(token => 'wild' in token && token.wild)
  }

  *#spellings(path: string): Iterable<[string, boolean]> {
    const single = this.#duplicate === 'strict' ? path : path.replace(/\/+/g, '/')
    const redirect = single !== path && this.#duplicate === 'redirect'
    if (single !== path) yield [single, redirect]
    if (this.#trailing === 'strict') return
    const other = single.endsWith('/') ? single.slice(0, -1) : `${single}/`
    if (other !== '' && !other.startsWith('//')) yield [other, redirect || this.#trailing === 'redirect']
  }

  /** Undefined where there is nothing for any method. */
  #written(method: string, path: string, request: MatchRequest | undefined): Outcome | undefined {
    if (!path.startsWith('/')) return undefined
    const parts: string[] = []
    for (const part of path.split('/').slice(1)) {
      try {
        parts.push(decodeURIComponent(part))
      } catch {
        return { kind: 'malformed' }
      }
    }
    const found = this.#variants
      .flatMap(variant => this.#matches(variant, parts))
      .filter(({ variant: { test }, params }) => !test || (request !== undefined && test(request, params) === true))
      .sort((a, b) => compare(a.key, b.key))
    const has = (one: string): Found | undefined => {
      const own = (names: string[]) => found.filter(({ variant }) => names.includes(variant.method))
      return best([own([one]), one === 'HEAD' ? own(['GET']) : [], own(['*'])])
    }
    const hit = has(method)
    if (hit) {
      const { value, format, segments } = hit.variant
      const wild = segments.flat().find(token => 'wild' in token && token.wild)
      if (wild && 'name' in wild && hit.params[wild.name]!.split(/[/\\]/).includes('..')) return { kind: 'malformed' }
      return { value, params: hit.params, ...(format !== undefined && { format }) }
    }
    if (found.length === 0) return undefined
    const allow = METHODS.filter(one => one === 'OPTIONS' || has(one)).join(', ')
    return { kind: method === 'OPTIONS' ? 'options' : 'method_not_allowed', allow }
  }

  #matches(variant: Variant, parts: string[]): Found[] {
    const found: Found[] = []
    const { segments, slash, derived, test, index } = variant
    const walk = (i: number, at: number, key: number[], params: Record<string, string>): void => {
      const segment = segments[i]
      const rest = parts.slice(at)
      if (!segment) {
        const ends =
          segments.length === 0 && !slash
            ? rest.join() === '' && rest.length === 1
            : slash
              ? rest.join() === '' && rest.length === 1
              : rest.length === 0
        if (ends) found.push({ variant, params, key: [...key, Number(derived), test ? 0 : 1, index] })
        return
      }
      const rank = this.#rank(variant, i)
      const first = segment[0]!
      if (!('text' in first) && first.wild) {
        if (rest.length === 0 || rest[0] === '') return
        for (let end = 1; end <= rest.length; end++) {
          const last = end === rest.length
          if (last !== (i === segments.length - 1 && !slash) && last) continue
          if (!last && i === segments.length - 1 && !slash) continue
          const fit = fitTokens(segment, rest.slice(0, end).join('/'))
          // More of the pattern comes before the end of it, and a short wildcard before a long one.
          if (fit) walk(i + 1, at + end, [...key, ...rank, last ? 1e6 : end], { ...params, ...fit })
        }
        return
      }
      const part = rest[0]
      if (part === undefined || part === '') return
      const fit = fitTokens(segment, part)
      if (fit) walk(i + 1, at + 1, [...key, ...rank], { ...params, ...fit })
    }
    walk(0, 0, [], {})
    return found
  }

  /** Class, amount of text, and what came first where these are equal. */
  #rank({ segments }: Variant, i: number): number[] {
    const segment = segments[i]!
    const texts = segment.flatMap(token => ('text' in token ? token.text : []))
    const placeholders = segment.flatMap(token => ('text' in token ? [] : token))
    const constrained = placeholders.some(({ constraint }) => constraint !== '')
    const wild = placeholders.some(placeholder => placeholder.wild)
    const rank = placeholders.length === 0 ? 0 : (wild ? 3 : 1) + (constrained ? 0 : 1)
    const prefix = JSON.stringify(segments.slice(0, i + 1).map(keyOf))
    const first = this.#variants.findIndex(
      variant => JSON.stringify(variant.segments.slice(0, i + 1).map(keyOf)) === prefix,
    )
    return [rank, -segment.length, -texts.join('').length, rank === 0 ? 0 : first]
  }
}

/** Within one branch, methods by their own name come first; across branches the branch decides. */
function best(lists: Found[][]): Found | undefined {
  const all = lists.flatMap((list, order) => list.map(found => ({ found, order })))
  const branch = ({ key }: Found): number[] => key.slice(0, -3)
  all.sort(
    (a, b) => compare(branch(a.found), branch(b.found)) || a.order - b.order || compare(a.found.key, b.found.key),
  )
  return all[0]?.found
}

function compare(a: number[], b: number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? -1) - (b[i] ?? -1)
    if (difference !== 0) return difference
  }
  return 0
}

function keyOf(segment: Token[]): unknown {
  return segment.map(token => ('text' in token ? token.text : [token.wild, token.constraint]))
}

function splitPath(path: string): Token[][] {
  if (path === '') return []
  return path
    .slice(1)
    .split('/')
    .map(part =>
      [...part.matchAll(/([:*])(\w+)(?:<([^>]*)>)?|[^:*]+/g)].map(([text, sign, name, constraint]) =>
        sign === undefined ? { text } : { name: name!, wild: sign === '*', constraint: constraint ?? '' },
      ),
    )
}

/** Shortest first: the first way to cut the text that works. */
function fitTokens(tokens: readonly Token[], text: string): Record<string, string> | undefined {
  const [token, ...rest] = tokens
  if (!token) return text === '' ? {} : undefined
  if ('text' in token) return text.startsWith(token.text) ? fitTokens(rest, text.slice(token.text.length)) : undefined
  for (let length = 1; length <= text.length; length++) {
    const value = text.slice(0, length)
    const test = TYPES[token.constraint] ?? ((one: string) => new RegExp(`^(?:${token.constraint})$`, 'u').test(one))
    if (token.constraint !== '' && !test(value)) continue
    const others = fitTokens(rest, text.slice(length))
    if (others) return { [token.name]: value, ...others }
  }
  return undefined
}
