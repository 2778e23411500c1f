import { type Pattern, type Segment, textOf } from '../pattern/segment.ts'
import type { Variant } from '../pattern/variants.ts'

/**
 * Finds wildcards that conflict with more specific routes. Only these can take a request with an extra slash from such a route.
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

/** All prefixes of paths without wildcards. For `/a/b/:c` these are `/`, `/a/` and `/a/b/`. */
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
