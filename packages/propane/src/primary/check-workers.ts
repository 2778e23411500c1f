import { propaneError } from '../errors.ts'
import { availableMemory } from '../system/memory.ts'
import { formatBytes } from '../units.ts'

/** The maximum number of workers. */
export const MAX_WORKERS = 1024

/** Private memory of the smallest worker; the code of Node.js is shared by all. */
const LEAST_BYTES = 24 * 1024 * 1024

/**
 * Rejects an impossible number of workers, or one that does not fit in memory.
 *
 * @param workers - the desired number
 * @param serving - resident memory of the serving workers in bytes; about half of it is private
 * @throws command_failed, memory_insufficient
 */
export function checkWorkers(workers: number, serving: readonly number[], available: number = availableMemory()): void {
  if (!Number.isInteger(workers) || workers < 1 || workers > MAX_WORKERS) {
    throw propaneError('command_failed', {
      reason: `${workers} workers: it must be a whole number from 1 to ${MAX_WORKERS}`,
    })
  }
  const more = workers - serving.length
  const mean = serving.reduce((sum, bytes) => sum + bytes, 0) / Math.max(1, serving.length)
  const needed = more * Math.max(LEAST_BYTES, mean / 2)
  if (more <= 0 || needed <= available) return
  throw propaneError('memory_insufficient', { workers, needed: formatBytes(needed), available: formatBytes(available) })
}
