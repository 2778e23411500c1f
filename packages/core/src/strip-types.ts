import { once } from 'node:events'
import { extname } from 'node:path'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'

/** The JavaScript of a module, or the error that Node.js reports for it. */
export type StrippedModule = { code: string } | { message: string; stack: string }

const PROGRAM = new URL(`./strip-program${extname(import.meta.url)}`, import.meta.url)
const LONGEST_WAIT_MS = 30_000
let keptWorker: Worker | undefined

/**
 * Blanks out the types of TypeScript modules, as Node.js does when it runs them. All other characters keep their positions, so
 * stack traces name the lines and columns of the source. Constructs that are more than types, such as enums, are errors.
 *
 * @param sources - the text of each module
 * @returns the results in the same order
 */
export async function stripTypes(sources: readonly string[]): Promise<StrippedModule[]> {
  if (sources.length === 0) return []
  const worker = startWorker()
  const { port1, port2 } = new MessageChannel()
  try {
    worker.postMessage({ sources, port: port2 }, [port2])
    const [results] = (await once(port1, 'message')) as [StrippedModule[]]
    return results
  } finally {
    port1.close()
    await worker.terminate()
  }
}

/**
 * Does the same for one module, synchronously: this thread waits for a worker that is kept for the next call.
 *
 * @throws Error if the worker does not answer in time
 */
export function stripTypesSync(source: string): StrippedModule {
  keptWorker ??= startWorker()
  keptWorker.unref()
  const { port1, port2 } = new MessageChannel()
  const done = new Int32Array(new SharedArrayBuffer(4))
  keptWorker.postMessage({ sources: [source], port: port2, done }, [port2])
  try {
    if (Atomics.wait(done, 0, 0, LONGEST_WAIT_MS) === 'timed-out') throw new Error('stripping types took too long')
    return (receiveMessageOnPort(port1)!.message as StrippedModule[])[0]!
  } finally {
    port1.close()
  }
}

/** The worker has its own execArgv, so that it alone hides the warning about an experimental feature of Node.js. */
function startWorker(): Worker {
  return new Worker(PROGRAM, { execArgv: ['--disable-warning=ExperimentalWarning'] })
}
