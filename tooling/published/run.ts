// `make matrix`: what users install, with every supported line of Node.js and both package managers (MATRIX, see cells.ts). Writes
// what came of each cell into the table of docs/matrix.md.
import { execFileSync } from 'node:child_process'
import { abortOnSignals, seconds } from '../stage.ts'
import { addTally, describeTally, emptyTally } from '../tally.ts'
import { PUBLISHED, runVitest } from '../vitest-run.ts'
import { chosenCells } from './cells.ts'
import { type Row, recordRow } from './table.ts'

const { signal, exitCode } = abortOnSignals()
const deadlineMs = 60 * 60_000
const started = performance.now()
const tally = emptyTally()

/** One after the other: each starts package managers, compilers and servers of its own. */
async function run(
  name: string,
  args: readonly string[],
  env: Record<string, string>,
): Promise<Omit<Row, 'cell' | 'version'>> {
  console.log(`\n== ${name}`)
  const outcome = await runVitest(name, [...PUBLISHED, ...args], { deadlineMs, signal, env })
  addTally(tally, outcome.tally)
  return { tally: outcome.tally, ms: outcome.result.ms }
}

const cells = await chosenCells(process.env.MATRIX || 'all')
for (const cell of cells) {
  if (signal.aborted) break
  const { node, packageManager } = cell
  const outcome = await run(`Node.js ${node} and ${packageManager}`, ['cell.published'], {
    MATRIX: `${node},${packageManager}`,
  })
  if (signal.aborted) break
  const version = execFileSync(packageManager, ['--version'], { encoding: 'utf8' }).trim()
  // At once, so that what was found stands even if the rest is interrupted.
  recordRow({ cell, version, ...outcome })
}
if (cells.length > 1 && !signal.aborted) await run('once for all', ['once.published', 'first-hour.published'], {})
console.log(`\n${seconds(performance.now() - started)}${describeTally(tally)}`)
process.exitCode = exitCode() || (tally.failed > 0 ? 1 : 0)
