export interface CodeFrameOptions {
  /** Lines shown before the one in question. Default 3. */
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
 * @param column - from 1, counted in UTF-16 units; without it there is no caret.
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
    const text = window(lines[number - 1]!, cut, width)
    out.push(`${number === line ? '>' : ' '} ${String(number).padStart(gutter)} | ${text}`.trimEnd())
    if (number !== line || column === undefined || column < 1) continue
    const shown = column - 1 - cut + (cut > 0 ? 1 : 0)
    // A tab before the caret stays a tab, so that both lines are equally wide wherever they are shown.
    const indent = text.slice(0, shown).replace(/[^\t]/g, ' ').padEnd(shown)
    out.push(`  ${' '.repeat(gutter)} | ${indent}^`)
  }
  return out.join('\n')
}

function window(text: string, cut: number, width: number): string {
  if (cut === 0 && text.length <= width) return text
  return `${cut > 0 ? '…' : ''}${text.slice(cut, cut + width)}${text.length > cut + width ? '…' : ''}`
}

export interface CodeFrameLine {
  number: number
  text: string
  /** This is the line in question. */
  marked: boolean
  /** From 0, where the caret stands. */
  caret?: number
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
    const caret = /^\s+\| (\s*)\^+\s*$/.exec(row)
    const above = lines.at(-1)
    if (!caret || !above) return undefined
    above.caret = caret[1]!.length
  }
  return lines.length > 0 ? lines : undefined
}
