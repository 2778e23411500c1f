import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from '../gate/machine.ts'
import type { GateReport } from '../gate/report.ts'
import { renderReport } from './html.ts'

/** Where runs are kept, from the root. */
export const ARCHIVE = '.arlen/perf'

/** How many earlier runs a report shows. */
const HISTORY = 30

/** The files of a kept run. */
export interface Archived {
  json: string
  html: string
}

/** Keeps a run with its raw samples, and writes its report beside it; `latest.json` and `latest.html` are the same. */
export function archiveReport(root: string, report: GateReport): Archived {
  const folder = join(root, ARCHIVE)
  mkdirSync(folder, { recursive: true })
  const html = renderReport(report, readHistory(root))
  const json = `${JSON.stringify(report)}\n`
  const name = `${report.at.replace(/[:.]/g, '-')}-${(report.candidate.commit ?? 'uncommitted').slice(0, 12)}`
  for (const each of [name, 'latest']) {
    writeFileSync(join(folder, `${each}.json`), json)
    writeFileSync(join(folder, `${each}.html`), html)
  }
  return { json: join(folder, `${name}.json`), html: join(folder, `${name}.html`) }
}

/** Kept runs, the oldest first. One that cannot be read is left out. */
export function readHistory(root: string): GateReport[] {
  const files = globSync('[0-9]*.json', { cwd: join(root, ARCHIVE) })
    .sort()
    .slice(-HISTORY)
  return files.flatMap(file => {
    try {
      const report = JSON.parse(readFileSync(join(root, ARCHIVE, file), 'utf8'), reviveNaN) as GateReport
      return report.format === 1 ? [report] : []
    } catch {
      return []
    }
  })
}

/** What a machine does not tell, the only null of a report. */
const UNKNOWN: readonly string[] = ['serverCores', 'loadCores', 'neighbors'] satisfies (keyof Machine)[]

/** JSON has no NaN, which stands for what was not measured, and writes null. */
function reviveNaN(key: string, value: unknown): unknown {
  return value === null && !UNKNOWN.includes(key) ? Number.NaN : value
}
