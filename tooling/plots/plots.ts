// Draws the plots of the documentation from the tables beside them: node tooling/plots/plots.ts
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Bar, barChart, type Group } from './bars.ts'

const DOCS = join(import.meta.dirname, '../../docs')

/** The plots: the file in docs/images, and what is in it. */
export const PLOTS: Readonly<Record<string, () => string>> = {
  'http-time.svg': () =>
    barChart(
      'Processor time of a request: Arlen, node:http and Fastify',
      ' µs',
      httpGroups(readFileSync(join(DOCS, 'http.md'), 'utf8')),
    ),
  'weights.svg': () =>
    barChart('Packages that each package brings, itself included', '', [
      { title: 'Packages in all', bars: weightBars(readFileSync(join(DOCS, 'weights.md'), 'utf8')) },
    ]),
}

/** A group for each row of the table of docs/http.md; a row without a first cell goes on with the one before. */
export function httpGroups(page: string): Group[] {
  const groups: { title: string; bars: Bar[] }[] = []
  for (const [title = '', ours = '', others = ''] of rowsOf(page, '| request and response |')) {
    if (title !== '') groups.push({ title: capitalized(title.replaceAll('`', '')), bars: [bar('Arlen', ours)] })
    groups.at(-1)!.bars.push(...others.split('), ').flatMap(other => otherBar(other)))
  }
  return groups
}

/** `Fastify 28.5 (18.3)`; the floor is no server that anybody would run. */
function otherBar(text: string): Bar[] {
  const name = text.replaceAll('`', '').split(' ')[0]!
  return name === 'floor' ? [] : [bar(name, text)]
}

function bar(label: string, cell: string): Bar {
  return { label, value: Number(/\d+(?:\.\d+)?/.exec(cell)![0]), ours: label === 'Arlen' }
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function weightBars(page: string): Bar[] {
  return rowsOf(page, '| package |').map(([name = '', all = '']) => ({
    label: name.replaceAll('`', ''),
    value: Number(all),
    ours: true,
  }))
}

/** The cells of the table that begins with this head. */
function rowsOf(page: string, head: string): string[][] {
  const lines = page.slice(page.indexOf(head)).split('\n').slice(2)
  const end = lines.findIndex(line => !line.startsWith('|'))
  return lines.slice(0, end).map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  )
}

export function writePlots(): void {
  for (const [name, draw] of Object.entries(PLOTS)) writeFileSync(join(DOCS, 'images', name), draw())
}

if (import.meta.main) writePlots()
