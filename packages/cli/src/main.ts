import { createRequire } from 'node:module'
import { runCli } from './cli.ts'
import { commands } from './commands/index.ts'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

// Sets the exit code instead of exiting, so that pending output is written and running servers keep running.
process.exitCode = await runCli(process.argv.slice(2), commands, version)
