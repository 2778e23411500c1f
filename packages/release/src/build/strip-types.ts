import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import { releaseError } from '../errors.ts'
import type { Stripped } from './strip-program.ts'

const PROGRAM = new URL(`./strip-program${extname(import.meta.url)}`, import.meta.url)

/**
 * Blanks out the types of TypeScript modules, as Node.js itself does when it runs them. All other characters keep their places, so
 * stack traces name the lines and columns of the source.
 *
 * @param sources - the text of each file, by its path
 * @throws source_invalid for the first file that has a syntax error or a construct that is more than a type, such as an enum
 */
export async function stripTypes(sources: ReadonlyMap<string, string>): Promise<Map<string, string>> {
  const stripped = new Map<string, string>()
  if (sources.size === 0) return stripped
  const worker = new Worker(PROGRAM, { execArgv: ['--disable-warning=ExperimentalWarning'] })
  try {
    worker.postMessage([...sources.values()])
    const [results] = (await once(worker, 'message')) as [Stripped[]]
    let index = 0
    for (const file of sources.keys()) {
      const result = results[index++]!
      if ('reason' in result) throw releaseError('source_invalid', { file, reason: result.reason.trim() })
      stripped.set(file, result.code)
    }
    return stripped
  } finally {
    await worker.terminate()
  }
}
