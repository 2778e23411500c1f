import { runCreate } from './command-line.ts'
import { processIo } from './io.ts'

process.exitCode = await runCreate(process.argv.slice(2), processIo())
