import type { RateStore } from './rate-store.ts'
import { workerRateStore } from './worker-rate-store.ts'

/** The given store, else the primary of propane's workers, else undefined for memory. */
export function sharedStore(store: RateStore | 'memory' | undefined): RateStore | undefined {
  return store === 'memory' ? undefined : (store ?? workerRateStore())
}

/**
 * Whether this process is one of several that cannot share a count: a worker of propane without @arlen/security next to
 * it, or of node:cluster.
 */
export function countsAlone(
  store: RateStore | 'memory' | undefined,
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  if (store !== undefined || workerRateStore(env) !== undefined) return false
  return env.PROPANE_WORKER !== undefined || env.NODE_UNIQUE_ID !== undefined
}
