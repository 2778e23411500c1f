import { blankOf } from './display-width.ts'
import { type OptionTable, option, readOptions } from './options.ts'

/** Options of {@link codeFrame}. */
export interface CodeFrameOptions {
  /** Lines shown before the line in question. Default 3. */
  before?: number
  /** Lines shown after it. Default 3. */
  after?: number
  /** Longer lines are cut to this length around the column. Default 140. */
  width?: number
}

const LINE_END = /\r\n|[\n\r]/

const OPTIONS: OptionTable<CodeFrameOptions> = {
  before: option.integer(0),
  after: option.integer(0),
  width: option.integer(1),
}

/**
 * Shows the source around a position, as text for terminals, JSON and pages:
 *
 *       2 |   const user = await find(id)
 *     > 3 |   return user.nmae
 *         |               ^
 *       4 | }
 *
 * @param line - from 1. If the source has no such line, the result is empty.
 * @param column - from 1, in UTF-16 code units, as JavaScript, TypeScript and editors count. Without it there is no caret. The
 *   caret is below the character even if the ones before it are wide.
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function codeFrame(source: string, line: number, column?: number, options: CodeFrameOptions = {}): string {
  const { before = 3, after = 3, width = 140 } = readOptions('codeFrame()', options, OPTIONS)
  const lines = source.split(LINE_END)
  if (line < 1 || line > lines.length) return ''
  const first = Math.max(1, line - before)
  const last = Math.min(lines.length, line + after)
  const gutter = String(last).length
  const focus = (lines[line - 1] ?? '').length > width && column !== undefined ? column : 1
  const cut = Math.max(0, focus - Math.floor(width / 2))
  const out: string[] = []
  for (let number = first; number <= last; number++) {
    const { text, skipped } = window(lines[number - 1]!, cut, width)
    out.push(`${number === line ? '>' : ' '} ${String(number).padStart(gutter)} | ${text}`.trimEnd())
    if (number !== line || column === undefined || column < 1) continue
    const offset = column - 1 - skipped
    const indent = blankOf(text.slice(0, offset)) + ' '.repeat(Math.max(0, offset - text.length))
    out.push(`  ${' '.repeat(gutter)} | ${indent}^`)
  }
  return out.join('\n')
}

/** The part of a line that is shown, and how many units its start is behind the line's. */
function window(line: string, cut: number, width: number): { text: string; skipped: number } {
  if (cut === 0 && line.length <= width) return { text: line, skipped: 0 }
  const from = boundary(line, cut)
  const to = boundary(line, cut + width)
  const text = `${from > 0 ? '…' : ''}${line.slice(from, to)}${line.length > to ? '…' : ''}`
  return { text, skipped: from - (from > 0 ? 1 : 0) }
}

/** The offset, or the next one if it splits a surrogate pair. */
function boundary(text: string, offset: number): number {
  return offset > 0 && offset < text.length && text.codePointAt(offset - 1)! > 0xffff ? offset + 1 : offset
}

/** A line of a code frame. */
export interface CodeFrameLine {
  number: number
  text: string
  /** Whether this is the line in question. */
  marked: boolean
  /** The white space before the caret below the line, as wide as the text before the column. */
  indent?: string
}

/** Parses the output of {@link codeFrame}; undefined if the text is not a code frame. */
export function parseCodeFrame(frame: string): CodeFrameLine[] | undefined {
  const lines: CodeFrameLine[] = []
  for (const row of frame.split('\n')) {
    const code = /^([> ]) +(\d+) \|(?: (.*))?$/.exec(row)
    if (code) {
      lines.push({ number: Number(code[2]), text: code[3] ?? '', marked: code[1] === '>' })
      continue
    }
    const caret = /^\s+\| (\s*)\^\s*$/.exec(row)
    const above = lines.at(-1)
    if (!caret || !above) return undefined
    above.indent = caret[1]!
  }
  return lines.length > 0 ? lines : undefined
}

/** Converts an offset to a line and column, both from 1. Offset and column are in UTF-16 code units. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split(LINE_END)
  return { line: lines.length, column: lines.at(-1)!.length + 1 }
}

/** The offset of the nth character of a text, counted from 1 in code points, as PostgreSQL counts. */
export function offsetOfCharacter(text: string, position: number): number {
  let offset = 0
  for (let i = 1; i < position && offset < text.length; i++) offset += text.codePointAt(offset)! > 0xffff ? 2 : 1
  return offset
}
