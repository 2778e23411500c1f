import { matchTokens } from '../pattern/fit-segment.ts'
import { namesOf, type Segment, showSegment, type Token, textOf } from '../pattern/segment.ts'
import type { Variant } from '../pattern/variants.ts'
import { restoreSlashes } from '../url/decode.ts'

/** How far a path matches a pattern, and why not further. */
export interface Trace {
  /** Undefined if the pattern does not match. */
  readonly params: Record<string, string> | undefined
  /** How many segments of the pattern matched. */
  readonly fitted: number
  readonly reason: string
}

/**
 * Compares a decoded path with a pattern, slowly, to find out why it does not match. Only `explain` needs to know.
 */
export function tracePath({ segments, trailingSlash }: Variant, path: string): Trace {
  const parts = path.split('/').slice(1)
  if (segments.length === 0 && !trailingSlash) {
    return parts.join('/') === '' ? fits({}, 0) : misses(0, `the path goes on: /${restoreSlashes(path.slice(1))}`)
  }
  return follow({ segments, trailingSlash }, parts, 0, {})
}

type Pattern = Pick<Variant, 'segments' | 'trailingSlash'>

function follow(pattern: Pattern, parts: readonly string[], index: number, params: Record<string, string>): Trace {
  const { segments, trailingSlash } = pattern
  const segment = segments[index]
  if (segment === undefined) return atEnd(trailingSlash, parts, index, params)
  const wanted = `${showSegment(segment)}`
  if (parts.length === 0) return misses(index, `the path ends before /${wanted}`)
  if (parts[0] === '') return misses(index, `an empty segment stands where the route has ${wanted}`)
  if (segment[0]!.kind === 'wildcard') return followWildcard(pattern, parts, index, params)
  const fit = fitPart(segment, parts[0]!)
  if (typeof fit === 'string') return misses(index, fit)
  return follow(pattern, parts.slice(1), index + 1, { ...params, ...fit })
}

function atEnd(slash: boolean, parts: readonly string[], fitted: number, params: Record<string, string>): Trace {
  const ends = slash ? parts.length === 1 && parts[0] === '' : parts.length === 0
  if (ends) return fits(params, fitted)
  return misses(fitted, parts.length === 0 ? 'the path has no slash at its end' : `the path goes on: /${show(parts)}`)
}

function followWildcard(
  pattern: Pattern,
  parts: readonly string[],
  index: number,
  params: Record<string, string>,
): Trace {
  const segment = pattern.segments[index]!
  const last = index === pattern.segments.length - 1 && !pattern.trailingSlash
  let furthest = misses(index, `nothing is left for ${showSegment(segment)}`)
  for (let count = last ? parts.length : 1; count <= parts.length; count++) {
    const fit = fitPart(segment, parts.slice(0, count).join('/'))
    const trace =
      typeof fit === 'string'
        ? misses(index, fit)
        : follow(pattern, parts.slice(count), index + 1, { ...params, ...fit })
    if (trace.params) return trace
    if (trace.fitted > furthest.fitted || count === 1) furthest = trace
  }
  return furthest
}

/** The parameters of a segment, or why it does not match. */
function fitPart(segment: Segment, part: string): Record<string, string> | string {
  const text = textOf(segment)
  if (text !== undefined) {
    return text === part ? {} : `it has ${quote(part)} where the route has ${quote(text)}`
  }
  const texts = matchTokens(segment, part, true)
  if (texts === undefined) return `${quote(part)} is not ${describe(segment)}`
  const values = segment.flatMap((token, i) => (token.kind === 'text' ? [] : [texts[i]!]))
  return Object.fromEntries(namesOf([segment]).map((name, i) => [name, restoreSlashes(values[i]!)]))
}

function describe(segment: Segment): string {
  const [token, ...others] = segment as readonly [Token, ...Token[]]
  if (token.kind === 'text' || token.constraint === undefined || others.length > 0) return showSegment(segment)
  return `${token.constraint.name} (${token.name})`
}

function fits(params: Record<string, string>, fitted: number): Trace {
  return { params, fitted, reason: '' }
}

function misses(fitted: number, reason: string): Trace {
  return { params: undefined, fitted, reason }
}

function show(parts: readonly string[]): string {
  return restoreSlashes(parts.join('/'))
}

function quote(text: string): string {
  return JSON.stringify(restoreSlashes(text))
}
