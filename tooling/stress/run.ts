// `make stress`: one bounded stress test for each part, one after the other. WHAT names some of them.
import { abortOnSignals, seconds } from '../stage.ts'
import { describeTally } from '../tally.ts'
import { runVitest } from '../vitest-run.ts'
import { STRESS } from './table.ts'

/** Far more than any part takes. */
const deadlineMs = 10 * 60_000
const wanted = process.argv.slice(2)
const unknown = wanted.find(name => !STRESS.some(({ part }) => part === name))
if (unknown !== undefined) {
  console.error(`stress: there is no ${unknown}; there are ${STRESS.map(({ part }) => part).join(', ')}`)
  process.exit(64)
}
const { signal, exitCode } = abortOnSignals()
const files = STRESS.filter(({ part }) => wanted.length === 0 || wanted.includes(part)).flatMap(each => each.files)
const config = ['--root', '.', '--config', 'tooling/stress/vitest.config.ts']
const { result, tally } = await runVitest('stress', [...config, ...files], { deadlineMs: 2 * deadlineMs, signal })
console.log(`\n${seconds(result.ms)}${describeTally(tally)}`)
process.exitCode = exitCode() || (tally.failed > 0 ? 1 : 0)
