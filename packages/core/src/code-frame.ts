import { blankOf } from './display-width.ts'

/** Options of {@link codeFrame}. */
export interface CodeFrameOptions {
  /** Lines shown before the line in question. Default 3. */
  before?: number
  /** Lines shown after it. Default 3. */
  after?: number
  /** Longer lines are shown in part, around the column. Default 140. */
  width?: number
}

/**
 * The source around a position, one text for terminals, JSON and pages:
 *
 *       2 |   const user = await find(id)
 *     > 3 |   return user.nmae
 *         |               ^
 *       4 | }
 *
 * @param line - from 1. A line beyond the source gives an empty text.
 * @param column - from 1, counted in UTF-16 units as JavaScript, TypeScript and editors do; without it there is no caret. The
 *   caret stands below the character, however wide those before it are shown.
 */
export function codeFrame(source: string, line: number, column?: number, options: CodeFrameOptions = {}): string {
  const { before = 3, after = 3, width = 140 } = options
  const lines = source.split(/\r\n|[\n\r]/)
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

/** A part of a line, and how many units of it the part leaves out before, less what stands for them. */
function window(line: string, cut: number, width: number): { text: string; skipped: number } {
  if (cut === 0 && line.length <= width) return { text: line, skipped: 0 }
  const from = boundary(line, cut)
  const to = boundary(line, cut + width)
  const text = `${from > 0 ? '…' : ''}${line.slice(from, to)}${line.length > to ? '…' : ''}`
  return { text, skipped: from - (from > 0 ? 1 : 0) }
}

/** The offset, or the one after it where it is in the middle of a surrogate pair. */
function boundary(text: string, offset: number): number {
  return offset > 0 && offset < text.length && text.codePointAt(offset - 1)! > 0xffff ? offset + 1 : offset
}

/** A line of a code frame. */
export interface CodeFrameLine {
  number: number
  text: string
  /** This is the line in question. */
  marked: boolean
  /** What stands before the caret below it: white space as wide as the text before the column. */
  indent?: string
}

/** Reads back what {@link codeFrame} wrote; undefined when the text is no code frame. */
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

/** Line and column of an offset into a text, both from 1; offset and column count UTF-16 units. */
export function positionAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') }
}

/** The offset of a character of a text, counted from 1 in code points, as PostgreSQL counts them. */
export function offsetOfCharacter(text: string, position: number): number {
  let offset = 0
  for (let i = 1; i < position && offset < text.length; i++) offset += text.codePointAt(offset)! > 0xffff ? 2 : 1
  return offset
}
