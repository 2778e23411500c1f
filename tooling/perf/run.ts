/**
 * `make perf`, and the part of it that `make check` runs: candidate and baseline, measured in pairs.
 *
 *   node tooling/perf/run.ts [--check] [scenario]...
 *
 * BASELINE names another commit than the recorded one. ACCEPT is why what stays undecided may be published. Exit codes: 1 is a
 * loss; 2 is undecided, where that counts.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import {
  archiveReport,
  CHECK,
  describeReport,
  type GateReport,
  loadScenarios,
  RELEASE,
  readBaseline,
  runGate,
  untilDecided,
} from '@arlen/perf'
import { cleanCommit } from '../release/checked.ts'
import { abortOnSignals } from '../stage.ts'
import { baselineOf, candidateOf, RECORD, RECORD_COMMAND } from './candidate.ts'
import { writeDecided } from './decided.ts'
import { GATE } from './packed-tree.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { check: { type: 'boolean', default: false } },
})
const effort = values.check ? CHECK : RELEASE
const root = join(import.meta.dirname, '../..')
const { signal, exitCode } = abortOnSignals()
signal.addEventListener('abort', () => process.exit(exitCode()))

const commit = await cleanCommit(root)
const record = readBaseline(join(root, RECORD), RECORD_COMMAND)
const baseline = await baselineOf(root, process.env.BASELINE || undefined, record, signal)
const candidate = await candidateOf(root)
process.exitCode = await conclude(await untilDecided(effort, measure))

async function measure(again: number): Promise<GateReport> {
  if (again > 0) console.log('undecided: once more')
  const missing = 'reason' in baseline ? baseline.reason : undefined
  const measured = await runGate({
    candidate,
    ...(missing === undefined && { baseline: baseline as Exclude<typeof baseline, { reason: string }> }),
    recorded: record,
    scenarios: await loadScenarios(root, `${GATE}/*.perf.ts`, positionals),
    effort,
    notes:
      missing === undefined
        ? []
        : [`${missing}: the candidate is held to the counters and ratios that were recorded with it.`],
    onProgress: text => console.error(text),
  })
  const { json, html } = archiveReport(root, measured)
  console.log(`${describeReport(measured)}\nThe report: ${html}\nAll samples: ${json}`)
  return measured
}

async function conclude({ outcome }: GateReport): Promise<number> {
  if (outcome === 'loss') return 1
  const accepted = process.env.ACCEPT?.trim() || undefined
  const isDecided = outcome === 'ok' || accepted !== undefined
  const isWhole = !values.check && positionals.length === 0 && !('reason' in baseline)
  if (isWhole && isDecided && commit !== undefined && commit === (await cleanCommit(root))) {
    writeDecided(root, commit, outcome === 'ok' ? undefined : accepted)
  }
  return isDecided || values.check ? 0 : 2
}
