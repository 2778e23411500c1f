import { ArlenError, failureOf } from '@arlen/core'
import { runBoomhauer } from './command-line/run.ts'

try {
  process.exitCode = await runBoomhauer(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof ArlenError)) throw error
  if (process.argv.includes('--json')) console.log(JSON.stringify(failureOf(error)))
  else console.error(`boomhauer: ${error.message}`)
  process.exitCode = error.code === 'arguments_invalid' ? 2 : 1
}
