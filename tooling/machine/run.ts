// `make machine`: the steps and incidents of docs/deploy/ on a Debian of our own, as far as they can be run without a public name.
import { abortOnSignals, seconds } from '../stage.ts'
import { describeTally } from '../tally.ts'
import { runVitest } from '../vitest-run.ts'

const { signal, exitCode } = abortOnSignals()
const arguments_ = ['--root', '.', '--config', 'tooling/machine/vitest.config.ts', ...process.argv.slice(2)]
const { result, tally } = await runVitest('machine', arguments_, { deadlineMs: 20 * 60_000, signal })
console.log(`\n${seconds(result.ms)}${describeTally(tally)}`)
process.exitCode = exitCode() || (tally.failed > 0 ? 1 : 0)
