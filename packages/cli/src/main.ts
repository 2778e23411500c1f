import { createRequire } from 'node:module'
import { runCli } from './cli.ts'
import { commands } from './commands/index.ts'

const { version } = createRequire(import.meta.url)('../package.json') as { version: string }

// Set and not exited with: what is being written gets out first, and what keeps running keeps running.
process.exitCode = await runCli(process.argv.slice(2), commands, version, {
  cwd: process.cwd(),
  env: process.env,
  out: line => process.stdout.write(`${line}\n`),
  err: line => process.stderr.write(`${line}\n`),
})
