import type { Constraint } from './constraint.ts'
import { restoreSlashes } from './decode.ts'
import type { Segment } from './pattern.ts'

/**
 * How many places a segment of several placeholders may be cut at before it counts as no match: far more than anything
 * honest needs, and few enough that a hostile path costs under a millisecond.
 */
const MAX_CUTS = 10_000

/** The positions of what the placeholders took, in the path that is being matched. */
export interface Captures {
  readonly from: number[]
  readonly to: number[]
  /** True where the path may hold stand-ins for encoded slashes. */
  encoded: boolean
}

/**
 * Fits a segment of texts and placeholders to `path[at, end)`, recording placeholders from `depth` on. A placeholder
 * ends at the first place where the text after it occurs and everything else, constraints included, still fits.
 */
export function fitSegment(
  tokens: Segment,
  path: string,
  at: number,
  end: number,
  depth: number,
  captures: Captures,
): boolean {
  return fit({ tokens, path, end, captures, cuts: MAX_CUTS }, 0, at, depth)
}

interface Fit {
  readonly tokens: Segment
  readonly path: string
  readonly end: number
  readonly captures: Captures
  cuts: number
}

function fit(state: Fit, index: number, at: number, depth: number): boolean {
  const { tokens, path, end, captures } = state
  const token = tokens[index]
  if (token === undefined) return at === end
  if (token.kind === 'text') {
    const after = at + token.text.length
    return after <= end && path.startsWith(token.text, at) && fit(state, index + 1, after, depth)
  }
  const next = tokens[index + 1]
  const text = next?.kind === 'text' ? next.text : ''
  // Nothing after the placeholder: it takes the rest, in one try.
  for (
    let cut = text === '' ? end : path.indexOf(text, at + 1);
    cut > at && cut <= end;
    cut = path.indexOf(text, cut + 1)
  ) {
    if (state.cuts-- === 0) return false
    if (accepts(token.constraint, path, at, cut, captures.encoded)) {
      captures.from[depth] = at
      captures.to[depth] = cut
      if (fit(state, index + 1, cut, depth + 1)) return true
    }
    if (text === '') return false
  }
  return false
}

export function accepts(
  constraint: Constraint | undefined,
  path: string,
  from: number,
  to: number,
  encoded: boolean,
): boolean {
  if (constraint === undefined) return true
  const text = path.slice(from, to)
  return constraint.test(encoded ? restoreSlashes(text) : text)
}

/** The texts that the tokens of a segment take of `path[at, end)`, or undefined where it does not fit. */
export function matchTokens(
  tokens: Segment,
  path: string,
  at: number,
  end: number,
  encoded: boolean,
): string[] | undefined {
  const captures: Captures = { from: [], to: [], encoded }
  if (!fitSegment(tokens, path, at, end, 0, captures)) return undefined
  let placeholder = 0
  return tokens.map(token => {
    if (token.kind === 'text') return token.text
    const text = path.slice(captures.from[placeholder], captures.to[placeholder])
    placeholder++
    return text
  })
}
