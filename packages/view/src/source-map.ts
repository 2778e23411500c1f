import type { Position } from './position.ts'

/** A source map, revision 3 (ECMA-426). */
export interface SourceMap {
  version: 3
  file: string
  sources: string[]
  sourcesContent: string[]
  names: string[]
  mappings: string
}

/** Column in a generated line, then line and column in the source; all from 0. */
export type Segment = readonly [column: number, sourceLine: number, sourceColumn: number]

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Encodes segments, given by generated line and sorted by column, for one source. */
export function encodeMappings(lines: readonly (readonly Segment[])[]): string {
  let sourceLine = 0
  let sourceColumn = 0
  return lines
    .map(segments => {
      let column = 0
      return segments
        .map(segment => {
          const fields =
            vlq(segment[0] - column) + vlq(0) + vlq(segment[1] - sourceLine) + vlq(segment[2] - sourceColumn)
          ;[column, sourceLine, sourceColumn] = segment
          return fields
        })
        .join(',')
    })
    .join(';')
}

export function decodeMappings(mappings: string): Segment[][] {
  let sourceLine = 0
  let sourceColumn = 0
  return mappings.split(';').map(line => {
    let column = 0
    return line.split(',').flatMap((segment): Segment[] => {
      const [first, , third, fourth] = unvlq(segment)
      if (first === undefined || third === undefined || fourth === undefined) return []
      column += first
      sourceLine += third
      sourceColumn += fourth
      return [[column, sourceLine, sourceColumn]]
    })
  })
}

/**
 * The place in the source behind a place in the generated code: that of the nearest segment at or before it on its line,
 * or of the line's first. Undefined where the line has none.
 */
export function originalPosition(map: Pick<SourceMap, 'mappings'>, place: Position): Position | undefined {
  const segments = decodeMappings(map.mappings)[place.line - 1] ?? []
  const segment = segments.findLast(([column]) => column <= place.column - 1) ?? segments[0]
  return segment && { line: segment[1] + 1, column: segment[2] + 1 }
}

function vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1
  let digits = ''
  do {
    const digit = rest & 31
    rest >>>= 5
    digits += DIGITS[rest > 0 ? digit | 32 : digit]
  } while (rest > 0)
  return digits
}

function unvlq(segment: string): number[] {
  const values: number[] = []
  let value = 0
  let shift = 0
  for (const char of segment) {
    const digit = DIGITS.indexOf(char)
    value |= (digit & 31) << shift
    shift += 5
    if (digit & 32) continue
    values.push(value & 1 ? -(value >>> 1) : value >>> 1)
    value = 0
    shift = 0
  }
  return values
}
