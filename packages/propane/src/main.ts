import { accessoriesFromEnv, resolveAccessories } from './accessories.ts'
import { parseArguments } from './arguments.ts'
import { propane } from './propane.ts'
import { handleSignals } from './run.ts'

const USAGE = `Usage: propane app.js [--workers 2] [--port 3000] [--host 127.0.0.1] …
Runs a Node.js HTTP application in worker processes behind one socket.
All options: propane --help`

/** The `propane` command. Resolves with the exit code: 0 after a clean stop, 1 after a failure, 2 for wrong usage. */
export async function main(argv: readonly string[]): Promise<number> {
  const { positional, accessories, switches, problems } = parseArguments(argv)
  if (switches.has('help')) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  const [app] = positional
  if (problems.length > 0 || app === undefined || positional.length > 1) {
    const what = problems[0] ?? (app === undefined ? 'which application?' : `one application, not ${positional.length}`)
    return failed(`${what}\n${USAGE}`, 2)
  }
  const input = { ...accessoriesFromEnv(process.env), ...accessories }
  try {
    resolveAccessories(input)
  } catch (error) {
    return failed((error as Error).message, 2)
  }
  try {
    const running = await propane({ ...input, app })
    handleSignals(running)
    return (await running.done).code
  } catch (error) {
    return failed((error as Error).message, 1)
  }
}

function failed(message: string, code: number): number {
  process.stderr.write(`propane: ${message}\n`)
  return code
}
