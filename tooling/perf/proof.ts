// `make perf-proof`: packs this commit as for the registry, and has benchmarks/gate/proof.ts gather runs on it.
import { join } from 'node:path'
import { abortOnSignals, runStage } from '../stage.ts'
import { candidateOf } from './candidate.ts'

const root = join(import.meta.dirname, '../..')
const { signal, exitCode } = abortOnSignals()
const { root: subject, commit = '' } = await candidateOf(root)
const proof = [
  join(root, 'benchmarks/gate/proof.ts'),
  '--subject',
  subject,
  '--commit',
  commit,
  ...process.argv.slice(2),
]
const { ok } = await runStage('proof', [process.execPath, '--enable-source-maps', ...proof], {
  deadlineMs: 24 * 60 * 60_000,
  signal,
})
process.exitCode = exitCode() || (ok ? 0 : 1)
