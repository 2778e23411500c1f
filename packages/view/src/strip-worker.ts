import { stripTypeScriptTypes } from 'node:module'
import { parentPort } from 'node:worker_threads'

// A thread of its own, because Node.js announces on the standard error of the thread that this function is experimental.
parentPort?.on('message', (sources: readonly string[]) => {
  parentPort?.postMessage(sources.map(strip))
  parentPort?.close()
})

function strip(source: string): { code: string } | { message: string; stack: string } {
  try {
    return { code: stripTypeScriptTypes(source) }
  } catch (error) {
    const { message, stack = '' } = error as Error
    return { message, stack }
  }
}
