import type { Constraint } from './constraint.ts'

export interface TextToken {
  kind: 'text'
  text: string
}

export interface ParamToken {
  kind: 'param'
  name: string
  constraint: Constraint | undefined
}

/** Matches the rest of the path, or as many segments as the rest of the pattern leaves. */
export interface WildcardToken {
  kind: 'wildcard'
  name: string
  constraint: Constraint | undefined
}

export type Token = TextToken | ParamToken | WildcardToken
/** The tokens between two slashes. */
export type Segment = readonly Token[]

export interface Pattern {
  segments: readonly Segment[]
  /** Whether the last segment may be missing, together with the slash before it. */
  optional: boolean
  trailingSlash: boolean
  /** Whether a segment is a wildcard. */
  wildcard: boolean
}

/** The names of a pattern's parameters, from left to right. */
export function namesOf(segments: readonly Segment[]): string[] {
  const names: string[] = []
  for (const segment of segments) {
    for (const token of segment) if (token.kind !== 'text') names.push(token.name)
  }
  return names
}

/** The text of a segment without placeholders; undefined if it has any. */
export function textOf(segment: Segment): string | undefined {
  const [token] = segment
  return segment.length === 1 && token?.kind === 'text' ? token.text : undefined
}

/** Equal for segments that match the same texts, whatever the names of their parameters. */
export function segmentKey(segment: Segment): string {
  return JSON.stringify(
    segment.map(token => (token.kind === 'text' ? token.text : [token.kind, token.constraint?.key ?? null])),
  )
}

/** A segment as it is written in a path. */
export function showSegment(segment: Segment): string {
  return segment
    .map(token => {
      if (token.kind === 'text') return token.text
      const constraint = token.constraint === undefined ? '' : `<${token.constraint.name}>`
      return `${token.kind === 'wildcard' ? '*' : ':'}${token.name}${constraint}`
    })
    .join('')
}

/** Negative if `a` is tried before `b`: by rank, then by the amount of text. */
export function compareSegments(a: Segment, b: Segment): number {
  return rankOf(a) - rankOf(b) || b.length - a.length || textLength(b) - textLength(a)
}

/** 0 static, 1 constrained, 2 parameter, 3 wildcard with a constraint, 4 wildcard. */
export function rankOf(segment: Segment): number {
  const constrained = segment.some(token => token.kind !== 'text' && token.constraint !== undefined)
  if (segment[0]?.kind === 'wildcard') return constrained ? 3 : 4
  if (segment.every(token => token.kind === 'text')) return 0
  return constrained ? 1 : 2
}

function textLength(segment: Segment): number {
  return segment.reduce((sum, token) => sum + (token.kind === 'text' ? token.text.length : 0), 0)
}
