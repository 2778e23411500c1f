import { restoreSlashes } from '../url/decode.ts'
import type { Constraint } from './constraint.ts'
import type { Segment } from './segment.ts'

/**
 * How many ways to split a segment with several placeholders are tried. Far more than legitimate paths need, and few enough that a
 * hostile path takes less than a millisecond.
 */
const MAX_CUTS = 10_000

/** What placeholders captured. */
export interface Captures {
  /** Start and end of the first capture, of the second, and so on. */
  readonly spans: Int32Array
  /** Whether the path was percent-decoded and may contain stand-ins for encoded slashes. */
  readonly encoded: boolean
}

/**
 * Matches a segment of texts and placeholders with `path[at, end)` and records captures from `place` on. A placeholder ends at the
 * first occurrence of the text after it for which the rest, constraints included, matches.
 */
export function fitSegment(
  tokens: Segment,
  path: string,
  at: number,
  end: number,
  place: number,
  captures: Captures,
): boolean {
  return fit({ tokens, path, end, captures, cuts: MAX_CUTS }, 0, at, place)
}

interface Fit {
  readonly tokens: Segment
  readonly path: string
  readonly end: number
  readonly captures: Captures
  cuts: number
}

function fit(state: Fit, index: number, at: number, place: number): boolean {
  const { tokens, path, end, captures } = state
  const token = tokens[index]
  if (token === undefined) return at === end
  if (token.kind === 'text') {
    const after = at + token.text.length
    return after <= end && path.startsWith(token.text, at) && fit(state, index + 1, after, place)
  }
  const next = tokens[index + 1]
  const text = next?.kind === 'text' ? next.text : ''
  // The last placeholder matches the rest.
  let cut = text === '' ? end : path.indexOf(text, at + 1)
  for (; cut > at && cut <= end; cut = path.indexOf(text, cut + 1)) {
    if (state.cuts-- === 0) return false
    if (accepts(token.constraint, path, at, cut, captures.encoded)) {
      captures.spans[place] = at
      captures.spans[place + 1] = cut
      if (fit(state, index + 1, cut, place + 2)) return true
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

/** The text that each token of a segment matches; undefined if the segment does not match. */
export function matchTokens(tokens: Segment, text: string, encoded: boolean): string[] | undefined {
  const captures: Captures = { spans: new Int32Array(2 * tokens.length), encoded }
  if (!fitSegment(tokens, text, 0, text.length, 0, captures)) return undefined
  let place = 0
  return tokens.map(token => {
    if (token.kind === 'text') return token.text
    place += 2
    return text.slice(captures.spans[place - 2], captures.spans[place - 1])
  })
}
