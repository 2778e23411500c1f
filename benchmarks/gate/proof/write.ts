// Writes what the gathered runs show: the tables of docs/performance.md and the plot beside them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { proofPlot } from './plot.ts'
import { readRuns } from './runs.ts'
import { resampledRows, summaryRows } from './summary.ts'

const docs = join(import.meta.dirname, '../../../docs')
const runs = readRuns()
const page = join(docs, 'performance.md')
const table = (head: string, rows: readonly string[]) => `${head}\n${head.replace(/[^|]+/g, '---')}\n${rows.join('\n')}`
const columns = '| scenario | put in | runs | loss | undecided | no loss | seconds |'
const tables = [
  `On a quiet machine:\n\n${table(columns, summaryRows(runs, true))}`,
  `Beside busy neighbors:\n\n${table(`${columns} cores they used |`, summaryRows(runs, false))}`,
  `Resampled, a loss in so many of 100:\n\n${table('| candidate | hello | row |', resampledRows(runs))}`,
]
const text = readFileSync(page, 'utf8')
const [before = '', after = ''] = text.split(/<!-- proof -->.*<!-- \/proof -->/s)
writeFileSync(page, `${before}<!-- proof -->\n\n${tables.join('\n\n')}\n\n<!-- /proof -->${after}`)
writeFileSync(join(docs, 'images/performance-proof.svg'), proofPlot(runs))
