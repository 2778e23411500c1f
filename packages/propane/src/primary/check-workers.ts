import { propaneError } from '../errors.ts'
import { availableMemory } from '../system/memory.ts'
import { formatBytes } from '../units.ts'

/** The most workers there may be. */
export const MAX_WORKERS = 1024

/** What the smallest worker takes for itself alone: the code of Node.js is shared by all. */
const LEAST_BYTES = 24 * 1024 * 1024

/**
 * Refuses a number of workers that cannot be, or that memory has no room for.
 *
 * @param workers - how many there shall be
 * @param serving - resident memory of those that serve already, in bytes. About half of it is a worker's own.
 * @throws command_failed, too_many_workers
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
  throw propaneError('too_many_workers', { workers, needed: formatBytes(needed), available: formatBytes(available) })
}
