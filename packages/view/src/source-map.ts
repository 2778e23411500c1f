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

/** Encodes the mappings of a module with one source, as it is generated: lines and columns from 0 and never falling. */
export class MappingsEncoder {
  #mappings = ''
  #atLineStart = true
  #column = 0
  #sourceLine = 0
  #sourceColumn = 0

  get mappings(): string {
    return this.#mappings
  }

  newLine(): void {
    this.#mappings += ';'
    this.#atLineStart = true
    this.#column = 0
  }

  add(column: number, sourceLine: number, sourceColumn: number): void {
    const separator = this.#atLineStart ? '' : ','
    this.#mappings += `${separator}${vlq(column - this.#column)}A${vlq(sourceLine - this.#sourceLine)}${vlq(sourceColumn - this.#sourceColumn)}`
    this.#atLineStart = false
    this.#column = column
    this.#sourceLine = sourceLine
    this.#sourceColumn = sourceColumn
  }
}

/** Column in a generated line, then line and column in the source; all from 0. */
type Segment = readonly [column: number, sourceLine: number, sourceColumn: number]

/**
 * The place in the source behind a place in the generated code: that of the nearest segment at or before it on its line,
 * or of the line's first. Undefined where the line has none.
 */
export function originalPosition(map: Pick<SourceMap, 'mappings'>, place: Position): Position | undefined {
  const segments = decodeMappings(map.mappings)[place.line - 1] ?? []
  const segment = segments.findLast(([column]) => column <= place.column - 1) ?? segments[0]
  return segment && { line: segment[1] + 1, column: segment[2] + 1 }
}

function decodeMappings(mappings: string): Segment[][] {
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

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

// Variable-length quantity: five bits a digit, the least first, the sign in the lowest bit.
function vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1
  if (rest < 32) return DIGITS[rest]!
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
