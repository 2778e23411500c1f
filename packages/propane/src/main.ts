import { runPropane } from './command-line/run-propane.ts'

// Exits explicitly: an open handle must not keep a stopped primary alive.
process.exit(await runPropane(process.argv.slice(2)))
