import { once } from 'node:events'
import { extname } from 'node:path'
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'

/** The JavaScript of a module, or the message and stack of its syntax error. */
export type Stripped = { code: string } | { message: string; stack: string }

const PROGRAM = new URL(`./strip-program${extname(import.meta.url)}`, import.meta.url)
const LONGEST_WAIT_MS = 30_000
let keptWorker: Worker | undefined

/** Blanks out the types of TypeScript modules. All other characters keep their positions. */
export async function stripTypes(sources: readonly string[]): Promise<Stripped[]> {
  if (sources.length === 0) return []
  const worker = startWorker()
  const { port1, port2 } = new MessageChannel()
  try {
    worker.postMessage({ sources, port: port2 }, [port2])
    const [results] = (await once(port1, 'message')) as [Stripped[]]
    return results
  } finally {
    port1.close()
    await worker.terminate()
  }
}

/** The same for one module, synchronously: the thread waits. */
export function stripTypesNow(source: string): Stripped {
  keptWorker ??= startWorker()
  keptWorker.unref()
  const { port1, port2 } = new MessageChannel()
  const done = new Int32Array(new SharedArrayBuffer(4))
  keptWorker.postMessage({ sources: [source], port: port2, done }, [port2])
  try {
    if (Atomics.wait(done, 0, 0, LONGEST_WAIT_MS) === 'timed-out') throw new Error('stripping types took too long')
    return (receiveMessageOnPort(port1)!.message as Stripped[])[0]!
  } finally {
    port1.close()
  }
}

/** Another thread has no warning about an experimental feature of Node.js. */
function startWorker(): Worker {
  return new Worker(PROGRAM, { execArgv: ['--disable-warning=ExperimentalWarning'] })
}
