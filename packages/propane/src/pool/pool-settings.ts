import os from 'node:os'
import type { Accessories } from '../accessories.ts'
import { inContainer } from '../system/container.ts'
import type { PoolSettings } from './pool.ts'

/** The longest delay that timers support, about 25 days. */
const NEVER_MS = 2 ** 31 - 1

/** A time limit; 0 turns it off. */
export function limitOf(ms: number): number {
  return ms === 0 ? NEVER_MS : ms
}

/** The accessories that the rules need, with `auto` resolved. */
export function poolSettings(accessories: Accessories): PoolSettings {
  const { preStopDelayMs, bootTimeoutMs, heartbeatTimeoutMs } = accessories
  return {
    ...accessories,
    bootTimeoutMs: limitOf(bootTimeoutMs),
    heartbeatTimeoutMs: limitOf(heartbeatTimeoutMs),
    // More at once would only compete for CPU, and could take all memory before any limit applies.
    maxBooting: Math.max(4, 2 * os.availableParallelism()),
    preStopDelayMs: preStopDelayMs === 'auto' ? (inContainer() ? 5000 : 0) : preStopDelayMs,
  }
}
