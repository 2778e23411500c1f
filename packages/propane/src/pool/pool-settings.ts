import os from 'node:os'
import type { Accessories } from '../accessories.ts'
import { inContainer } from '../system/container.ts'
import type { PoolSettings } from './pool.ts'

/** The longest time that timers understand, some 25 days. */
const NEVER_MS = 2 ** 31 - 1

/** A time limit that 0 turns off. */
export function limitOf(ms: number): number {
  return ms === 0 ? NEVER_MS : ms
}

/** What the rules need of the accessories, with `auto` decided. */
export function poolSettings(accessories: Accessories): PoolSettings {
  const { preStopDelayMs, bootTimeoutMs, heartbeatTimeoutMs } = accessories
  return {
    ...accessories,
    bootTimeoutMs: limitOf(bootTimeoutMs),
    heartbeatTimeoutMs: limitOf(heartbeatTimeoutMs),
    // More at once would only take the processors from each other, and all the memory before anybody can say no.
    maxBooting: Math.max(4, 2 * os.availableParallelism()),
    preStopDelayMs: preStopDelayMs === 'auto' ? (inContainer() ? 5000 : 0) : preStopDelayMs,
  }
}
