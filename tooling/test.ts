// `make test`: the fast tests. Arguments narrow it to files whose path contains one of them.
import { overTarget } from './budget.ts'
import { abortOnSignals, seconds } from './stage.ts'
import { describeTally } from './tally.ts'
import { runVitest } from './vitest-run.ts'

const { signal, exitCode } = abortOnSignals()
const { result, tally } = await runVitest('vitest', process.argv.slice(2), {
  deadlineMs: 10 * 60_000,
  signal,
  env: { FAST_TESTS: '1' },
})
const overtime = process.argv.length > 2 ? undefined : overTarget('test', result.ms)
if (overtime) console.log(`\n${overtime}`)
console.log(`\n${seconds(result.ms)}${describeTally(tally)}`)
process.exitCode = exitCode() || (tally.failed > 0 ? 1 : 0)
