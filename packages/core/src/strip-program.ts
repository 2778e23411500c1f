import { stripTypeScriptTypes } from 'node:module'
import { type MessagePort, parentPort } from 'node:worker_threads'
import type { StrippedModule } from './strip-types.ts'

interface Order {
  sources: readonly string[]
  port: MessagePort
  /** Notified once the results have been posted, for a thread that waits for them. */
  done?: Int32Array
}

parentPort?.on('message', ({ sources, port, done }: Order) => {
  port.postMessage(sources.map(strip))
  port.close()
  if (!done) return
  Atomics.store(done, 0, 1)
  Atomics.notify(done, 0)
})

function strip(source: string): StrippedModule {
  try {
    return { code: stripTypeScriptTypes(source) }
  } catch (error) {
    const { message, stack = '' } = error as Error
    return { message, stack }
  }
}
