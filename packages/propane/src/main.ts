import { runPropane } from './command-line/run-propane.ts'

// Not left to the event loop: an open handle must not keep a stopped primary alive.
process.exit(await runPropane(process.argv.slice(2)))
