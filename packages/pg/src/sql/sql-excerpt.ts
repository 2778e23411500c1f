/**
 * The lines of a query around a position, with a caret below it:
 *
 * ```
 *   1 | select id,
 * > 2 |   nme
 *     |   ^
 * ```
 *
 * @param position - from 1, in characters (code points), as the server counts
 */
export function sqlExcerpt(text: string, position: number): string {
  const before = Array.from(text)
    .slice(0, position - 1)
    .join('')
  const line = before.split('\n').length
  const column = before.length - (before.lastIndexOf('\n') + 1)
  const lines = text.split('\n')
  const from = Math.max(1, line - 2)
  const to = Math.min(lines.length, line + 1)
  const width = String(to).length
  const out: string[] = []
  for (let n = from; n <= to; n++) {
    const source = (lines[n - 1] ?? '').replace(/\t/g, ' ').replace(/\r$/, '')
    // a line of many thousand characters (generated SQL) is cut to what is around the position
    const start = n === line ? Math.max(0, column - 80) : 0
    out.push(`${n === line ? '>' : ' '} ${String(n).padStart(width)} | ${source.slice(start, start + 160)}`)
    if (n === line) out.push(`  ${' '.repeat(width)} | ${' '.repeat(column - start)}^`)
  }
  return out.join('\n')
}
