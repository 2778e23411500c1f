import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tally } from '../tally.ts'
import type { Cell } from './cells.ts'

const PAGE = join(import.meta.dirname, '../../docs/matrix.md')
const [START, END] = ['<!-- matrix -->\n', '<!-- end -->']
const HEAD = '| Node.js | package manager | tried on | tests | took |\n| --- | --- | --- | --- | --- |\n'

/** What came of a cell. */
export interface Row {
  cell: Cell
  /** Of the package manager. */
  version: string
  tally: Pick<Tally, 'passed' | 'failed'>
  ms: number
}

/** Puts a row into the table of docs/matrix.md, in place of an older one of the same cell. */
export function recordRow(row: Row, date: Date = new Date()): void {
  const page = readFileSync(PAGE, 'utf8')
  writeFileSync(PAGE, withRows(page, [row], date))
}

/** The same for the text of a page. */
export function withRows(page: string, rows: readonly Row[], date: Date): string {
  const from = page.indexOf(START) + START.length
  const to = page.indexOf(END)
  if (from < START.length || to < from) throw new Error(`${PAGE} has no table between ${START.trim()} and ${END}`)
  const lines = page.slice(from, to).trim().split('\n').slice(2)
  const byCell = new Map(lines.map(line => [cellOf(line), line]))
  for (const line of rows.map(row => lineOf(row, date))) byCell.set(cellOf(line), line)
  const sorted = [...byCell.values()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  return `${page.slice(0, from)}${HEAD}${sorted.join('\n')}\n${page.slice(to)}`
}

/** `| 22.22.0 | npm` of `| 22.22.0 | npm 11.19.1 | …` */
function cellOf(line: string): string {
  return line.split(' ').slice(0, 4).join(' ')
}

function lineOf({ cell, version, tally, ms }: Row, date: Date): string {
  const outcome = tally.failed > 0 ? `${tally.failed} of ${tally.passed + tally.failed} fail` : `${tally.passed} pass`
  return `| ${cell.node} | ${cell.packageManager} ${version} | ${date.toISOString().slice(0, 10)} | ${outcome} | ${Math.round(ms / 1000)} s |`
}
