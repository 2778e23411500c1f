import { stripTypeScriptTypes } from 'node:module'
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { Stripped } from './strip-types.ts'

// Runs in a worker, with Node.js's warning about this function disabled.
interface Order {
  sources: readonly string[]
  port: MessagePort
  /** Woken when the results are there, for a thread that waits for them. */
  done?: Int32Array
}

parentPort?.on('message', ({ sources, port, done }: Order) => {
  port.postMessage(sources.map(strip))
  port.close()
  if (!done) return
  Atomics.store(done, 0, 1)
  Atomics.notify(done, 0)
})

function strip(source: string): Stripped {
  try {
    return { code: stripTypeScriptTypes(source) }
  } catch (error) {
    const { message, stack = '' } = error as Error
    return { message, stack }
  }
}
