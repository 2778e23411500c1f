import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'

/** The JavaScript of a module, or the message and stack of its syntax error. */
export type Stripped = { code: string } | { message: string; stack: string }

const PROGRAM = new URL(`./strip-program${extname(import.meta.url)}`, import.meta.url)
const QUIET = ['--disable-warning=ExperimentalWarning']

/** Blanks out the types of TypeScript modules. All other characters keep their positions. */
export async function stripTypes(sources: readonly string[]): Promise<Stripped[]> {
  if (sources.length === 0) return []
  const worker = new Worker(PROGRAM, { execArgv: QUIET })
  try {
    worker.postMessage(sources)
    const [results] = (await once(worker, 'message')) as [Stripped[]]
    return results
  } finally {
    await worker.terminate()
  }
}

/** The same for one module, synchronously. Starts a process, so it is for rare cases. */
export function stripTypesNow(source: string): Stripped {
  const { stdout } = spawnSync(process.execPath, [...QUIET, fileURLToPath(PROGRAM)], {
    input: source,
    encoding: 'utf8',
  })
  return JSON.parse(stdout) as Stripped
}
