// `make image`: the images of the guide and of applications, built by buildah and run in namespaces, without a container engine.
import { abortOnSignals, seconds } from '../stage.ts'
import { describeTally } from '../tally.ts'
import { runVitest } from '../vitest-run.ts'

const { signal, exitCode } = abortOnSignals()
const arguments_ = ['--root', '.', '--config', 'tooling/images/vitest.config.ts', ...process.argv.slice(2)]
const { result, tally } = await runVitest('images', arguments_, { deadlineMs: 30 * 60_000, signal })
console.log(`\n${seconds(result.ms)}${describeTally(tally)}`)
process.exitCode = exitCode() || (tally.failed > 0 ? 1 : 0)
