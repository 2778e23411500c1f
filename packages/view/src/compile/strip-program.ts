import { stripTypeScriptTypes } from 'node:module'
import { text } from 'node:stream/consumers'
import { isMainThread, parentPort } from 'node:worker_threads'
import type { Stripped } from './strip-types.ts'

// Runs as a worker or a process of its own, with Node.js's warning about this function disabled.
if (isMainThread) process.stdout.write(JSON.stringify(strip(await text(process.stdin))))
parentPort?.on('message', (sources: readonly string[]) => {
  parentPort?.postMessage(sources.map(strip))
  parentPort?.close()
})

function strip(source: string): Stripped {
  try {
    return { code: stripTypeScriptTypes(source) }
  } catch (error) {
    const { message, stack = '' } = error as Error
    return { message, stack }
  }
}
