/** A place in a text; both from 1, columns in UTF-16 code units as editors and TypeScript count them. */
export interface Position {
  line: number
  column: number
}

/** Finds lines and columns of offsets into one text. */
export class Lines {
  readonly #starts: number[] = [0]

  constructor(text: string) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1)
  }

  at(offset: number): Position {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#starts[middle]! <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - this.#starts[low]! + 1 }
  }
}

const AROUND = 3

/**
 * The lines around a place, numbered, with a caret under it.
 *
 * ```text
 *   1 | <ul>
 * > 2 | <%= %>
 *     | ^
 *   3 | </ul>
 * ```
 */
export function codeFrame(text: string, { line, column }: Position): string {
  const lines = text.split(/\r?\n/)
  const first = Math.max(1, line - AROUND)
  const last = Math.min(lines.length, line + AROUND)
  const width = String(last).length
  const frame: string[] = []
  for (let number = first; number <= last; number++) {
    const shown = lines[number - 1]!.slice(0, 400) // a minified line would drown the rest
    frame.push(`${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${shown}`.trimEnd())
    if (number !== line) continue
    const before = shown.slice(0, column - 1).replace(/[^\t]/g, ' ')
    frame.push(`  ${' '.repeat(width)} | ${before}^`)
  }
  return frame.join('\n')
}
