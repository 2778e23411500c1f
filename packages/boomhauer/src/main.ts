import { ArlenError } from '@arlen/core'
import { runBoomhauer } from './command-line/run.ts'

try {
  process.exitCode = await runBoomhauer(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof ArlenError)) throw error
  console.error(`boomhauer: ${error.message}`)
  process.exitCode = 2
}
