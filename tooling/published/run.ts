// `make matrix`: what users install, with every supported line of Node.js and both package managers (MATRIX, see cells.ts).
import { abortOnSignals, seconds } from '../stage.ts'
import { describeTally } from '../tally.ts'
import { PUBLISHED, runVitest } from '../vitest-run.ts'

const { signal, exitCode } = abortOnSignals()
const { result, tally } = await runVitest('published packages', PUBLISHED, { deadlineMs: 3 * 60 * 60_000, signal })
console.log(`\n${seconds(result.ms)}${describeTally(tally)}`)
process.exitCode = exitCode() || (tally.failed > 0 ? 1 : 0)
