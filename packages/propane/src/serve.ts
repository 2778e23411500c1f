import { resolveAccessories } from './accessories.ts'
import { keepSignals, releaseSignals } from './command-line/early-signals.ts'
import { handleSignals } from './command-line/handle-signals.ts'
import { createPropane } from './create-propane.ts'
import { type PropaneOptions, readPropaneOptions } from './propane-handle.ts'
import { logicalPath } from './release.ts'
import { becomeInit } from './system/init-process.ts'
import { primaryTitle } from './system/process-title.ts'

/**
 * Runs an application as the only purpose of this process, as `propane app.js` and `arlen propane` do. As process 1 of a
 * container, it first replaces itself with a reaping shell. With `workers: 0` it runs the application in this process;
 * otherwise it starts a primary that reacts to signals. Resolves with the exit code: 0 after a clean stop, 1 after a
 * failure.
 *
 * @throws what `createPropane` throws
 */
export async function serve(options: PropaneOptions): Promise<number> {
  becomeInit(message => process.stderr.write(`propane: ${message}\n`))
  keepSignals()
  try {
    return await run(options)
  } finally {
    void releaseSignals() // they were not handled, because nothing was started
  }
}

async function run(options: PropaneOptions): Promise<number> {
  const { app, args, execArgv: _execArgv, env, reread, ...input } = readPropaneOptions(options)
  const accessories = { ...(await reread?.()), ...input }
  if (resolveAccessories(accessories).workers === 0) {
    const { runInOneProcess } = await import('./primary/one-process.ts')
    return runInOneProcess({ app, args, input: accessories, env })
  }
  const running = await createPropane(options)
  process.title = primaryTitle(logicalPath(app))
  const release = handleSignals(running)
  const { code } = await running.done
  release()
  return code
}
