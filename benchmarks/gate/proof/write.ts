// Writes what the gathered runs show: the tables of docs/performance.md and the plot beside them.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { proofPlot, readRuns, resampledRows, summaryRows } from './summary.ts'

const docs = join(import.meta.dirname, '../../../docs')
const runs = readRuns()
const page = join(docs, 'performance.md')
const table = (head: string, rows: readonly string[]) => `${head}\n${head.replace(/[^|]+/g, '---')}\n${rows.join('\n')}`
const tables = [
  table('| scenario | put in | runs | loss | undecided | no loss | load of the machine |', summaryRows(runs)),
  table('| resampled | found |', resampledRows(runs)),
]
const text = readFileSync(page, 'utf8')
const [before = '', after = ''] = text.split(/<!-- proof -->.*<!-- \/proof -->/s)
writeFileSync(page, `${before}<!-- proof -->\n\n${tables.join('\n\n')}\n\n<!-- /proof -->${after}`)
writeFileSync(join(docs, 'images/performance-proof.svg'), proofPlot(runs))
