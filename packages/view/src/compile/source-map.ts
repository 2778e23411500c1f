import { decode, encode, type SourceMapSegment } from '@jridgewell/sourcemap-codec'
import type { Position } from '../position.ts'

/** A source map, revision 3 (ECMA-426). */
export interface SourceMap {
  version: 3
  file: string
  sources: string[]
  sourcesContent: string[]
  names: string[]
  mappings: string
}

/** Collects the mappings of a module with one source. Lines and columns count from 0. */
export class MappingsWriter {
  readonly #lines: SourceMapSegment[][] = [[]]

  newLine(): void {
    this.#lines.push([])
  }

  add(column: number, sourceLine: number, sourceColumn: number): void {
    this.#lines.at(-1)!.push([column, 0, sourceLine, sourceColumn])
  }

  toString(): string {
    return encode(this.#lines)
  }
}

/**
 * Maps a position in the generated code to the source, by the nearest segment at or before it on its line, or the line's first.
 * Undefined if the line has no segments.
 */
export function originalPosition(map: Pick<SourceMap, 'mappings'>, place: Position): Position | undefined {
  const segments = (decode(map.mappings)[place.line - 1] ?? []).filter(segment => segment.length > 1)
  const [, , line, column] = segments.findLast(([column]) => column <= place.column - 1) ?? segments[0] ?? []
  return line === undefined || column === undefined ? undefined : { line: line + 1, column: column + 1 }
}
