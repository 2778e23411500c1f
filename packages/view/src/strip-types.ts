import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'

/** The JavaScript of a module, or why it has none: the message and the stack of the syntax error. */
export type Stripped = { code: string } | { message: string; stack: string }

/** Blanks out the types of TypeScript modules; every other character keeps its place. */
export async function stripTypes(sources: readonly string[]): Promise<Stripped[]> {
  if (sources.length === 0) return []
  const file = new URL(`./strip-worker${extname(import.meta.url)}`, import.meta.url)
  const worker = new Worker(file, { execArgv: ['--disable-warning=ExperimentalWarning'] })
  try {
    worker.postMessage(sources)
    const [results] = (await once(worker, 'message')) as [Stripped[]]
    return results
  } finally {
    await worker.terminate()
  }
}
