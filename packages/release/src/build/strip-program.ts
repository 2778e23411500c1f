import { stripTypeScriptTypes } from 'node:module'
import { parentPort } from 'node:worker_threads'

/** The JavaScript of a module, or why there is none. */
export type Stripped = { code: string } | { reason: string }

// A worker of its own, in which Node.js's warning about this function is disabled.
parentPort?.on('message', (sources: readonly string[]) => {
  parentPort?.postMessage(sources.map(strip))
  parentPort?.close()
})

function strip(source: string): Stripped {
  try {
    return { code: stripTypeScriptTypes(source) }
  } catch (error) {
    return { reason: (error as Error).message }
  }
}
