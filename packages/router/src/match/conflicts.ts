import { type Pattern, type Segment, textOf } from '../pattern/segment.ts'
import type { Variant } from '../pattern/variants.ts'

/**
 * Finds the wildcards that conflict with more specific routes: only there can a slash too many keep a request from those.
 *
 * @returns whether a variant of one of the patterns has such a wildcard
 */
export function findConflicts(patterns: readonly Pattern[]): (variant: Variant) => boolean {
  const prefixes = patterns.some(({ wildcard }) => wildcard) ? prefixesOf(patterns) : new Set<string>()
  return ({ segments }) => {
    if (!segments.some(isWildcard)) return false
    const texts = segments.map(textOf)
    const before = texts.slice(0, texts.indexOf(undefined))
    return !isWildcard(segments.at(-1)!) || prefixes.has(['', ...before, ''].join('/'))
  }
}

function isWildcard(segment: Segment): boolean {
  return segment[0]!.kind === 'wildcard'
}

/** Every text that a path without wildcards goes on after: of `/a/b/:c` that is `/`, `/a/` and `/a/b/`. */
function prefixesOf(patterns: readonly Pattern[]): Set<string> {
  const prefixes = new Set<string>()
  for (const { segments, wildcard, trailingSlash } of patterns) {
    if (wildcard) continue
    let prefix = '/'
    for (const segment of segments) {
      prefixes.add(prefix)
      const text = textOf(segment)
      if (text === undefined) break
      prefix += `${text}/`
    }
    if (trailingSlash) prefixes.add(prefix)
  }
  return prefixes
}
