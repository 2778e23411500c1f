/**
 * `make perf-baseline REASON=…`: makes the commit that is checked out the baseline, and records its figures, who did it and
 * why. The file is committed, and reviewed.
 */

import { writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { baselineOf, CHECK, describeReport, loadScenarios, perfError, runGate } from '@arlen/perf'
import { cleanCommit } from '../release/checked.ts'
import { git } from '../release/git.ts'
import { candidateOf, RECORD, RECORD_COMMAND } from './candidate.ts'
import { GATE } from './packed-tree.ts'

const root = join(import.meta.dirname, '../..')
const why = process.env.REASON ?? ''
try {
  process.exitCode = await record()
} catch (error) {
  console.error(`perf-baseline: ${(error as Error).message}`)
  process.exitCode = 1
}

async function record(): Promise<number> {
  if (why.trim() === '') throw perfError('reason_missing', { command: RECORD_COMMAND })
  const commit = await cleanCommit(root)
  if (commit === undefined) throw new Error('files differ from the commit that is checked out: a baseline is a commit')
  const scenarios = await loadScenarios(root, `${GATE}/*.perf.ts`)
  const candidate = await candidateOf(root)
  const report = await runGate({ candidate, scenarios, effort: CHECK, onProgress: text => console.error(text) })
  const who = await git(root, 'config', 'user.name').catch(() => userInfo().username)
  const file = join(root, RECORD)
  writeFileSync(file, `${JSON.stringify(baselineOf(report, { commit, who, why, command: RECORD_COMMAND }), null, 2)}\n`)
  console.log(`${describeReport(report)}\n${file}: commit it.`)
  return 0
}
