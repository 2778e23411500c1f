import { type Segment, textOf } from './pattern.ts'
import type { Route } from './route.ts'
import type { Variant } from './variants.ts'

/**
 * Tells the wildcards that stand beside more specific routes: only there can a slash too many be in the way of these.
 */
export class Contest {
  /** Every text that a path without wildcards goes on after: of `/a/b/:c` that is `/`, `/a/` and `/a/b/`. */
  readonly #prefixes: ReadonlySet<string>

  constructor(routes: readonly Route<never>[] | readonly Route[]) {
    this.#prefixes = routes.some(({ pattern }) => pattern.wildcard) ? prefixesOf(routes) : new Set()
  }

  isContested({ segments }: Variant): boolean {
    if (!segments.some(isWildcard)) return false
    const texts = segments.map(textOf)
    const before = texts.slice(0, texts.indexOf(undefined))
    return !isWildcard(segments.at(-1)!) || this.#prefixes.has(['', ...before, ''].join('/'))
  }
}

function isWildcard(segment: Segment): boolean {
  return segment[0]!.kind === 'wildcard'
}

function prefixesOf(routes: readonly Route<never>[] | readonly Route[]): Set<string> {
  const prefixes = new Set<string>()
  for (const { pattern } of routes) {
    if (pattern.wildcard) continue
    let prefix = '/'
    for (const segment of pattern.segments) {
      prefixes.add(prefix)
      const text = textOf(segment)
      if (text === undefined) break
      prefix += `${text}/`
    }
    if (pattern.trailingSlash) prefixes.add(prefix)
  }
  return prefixes
}
