import type { WorkerStats } from '../protocol.ts'

/**
 * What the primary knows of its workers: plain data, changed by `apply` (events) and read by `decide` (rules). Nothing
 * in here knows processes, sockets or timers, so that every interleaving can be simulated. Times are milliseconds on
 * the clock of `now()`.
 */

/**
 * `booting` has been started and loads the application; `serving` has bound and takes connections; `draining` takes no
 * new ones and finishes what it has; `terminating` was sent SIGTERM because it hangs or is not wanted; `killed` was
 * sent SIGKILL. A worker leaves the pool when its process has exited.
 */
export type WorkerStatus = 'booting' | 'serving' | 'draining' | 'terminating' | 'killed'

/** Why a worker is asked to go. */
export type Reason =
  | 'reload'
  | 'max_requests'
  | 'max_age'
  | 'max_memory'
  | 'scale_down'
  | 'hung'
  | 'boot_timeout'
  | 'reload_failed'
  | 'drain_timeout'
  | 'stop'
  | 'quit'

export interface WorkerRecord {
  /** Unique for the life of the primary. */
  id: number
  /** From 1 to the number of workers; what a replacement takes over. */
  slot: number
  generation: number
  status: WorkerStatus
  /** When it got this status. */
  since: number
  startedAt: number
  servingAt?: number
  lastHeartbeatAt: number
  stats: WorkerStats
  /** How long its application took to start, as it says itself. */
  bootMs?: number
  /** Reports in a row that were over the memory limit. */
  overMemory: number
  /** The worker that is drained once this one serves. */
  replaces?: number
  /** Why it was started as a replacement. */
  replacing?: Reason
  /** Why it is going. */
  reason?: Reason
  /** What it said it waits for while it boots. */
  waitsFor?: string
  /** What it said went wrong while it booted. */
  failure?: string
}

export interface Slot {
  /** Deaths in a row, for the back-off. */
  deaths: number
  /** When it may be filled again. */
  notBefore: number
  /** Deaths before ready within the crash-loop window. */
  bootDeaths: number[]
  /** Given up until the next reload or scale, because its workers die while others are healthy. */
  parked: boolean
}

export interface Reload {
  generation: number
  since: number
  /** `canary`: one worker of the new generation has to prove itself; `rolling`: the others follow. */
  stage: 'canary' | 'rolling'
  canary?: number
}

/** The accessories that rules depend on. */
export interface PoolSettings {
  bootTimeoutMs: number
  drainTimeoutMs: number
  killTimeoutMs: number
  preStopDelayMs: number
  respawnDelayMs: number
  respawnDelayMaxMs: number
  crashLoopDeaths: number
  crashLoopWindowMs: number
  heartbeatTimeoutMs: number
  maxRequests: number
  maxAgeMs: number
  maxMemory: number
  reloadOverlap: number
  /** Workers that fill empty slots and may boot at one time. */
  maxBooting: number
}

/** `upgrading`: another primary boots and shall take over. `stopped`: nothing is left. */
export type Phase = 'running' | 'upgrading' | 'stopping' | 'stopped'

export interface Pool {
  settings: PoolSettings
  phase: Phase
  /** Since when it is stopping, and whether at once. */
  stop?: { since: number; force: boolean; delay: number; code: number }
  /** How many workers there shall be. */
  desired: number
  generation: number
  workers: WorkerRecord[]
  slots: Map<number, Slot>
  reload?: Reload
  /** A reload was asked for while another was under way: one more follows it. */
  reloadAgain: boolean
  lastReload?: { generation: number; ok: boolean; reason?: string }
  /** Whether any worker has ever served: until then a failed boot ends the primary. */
  served: boolean
  /** Deaths before ready of the whole pool, within the window, with what the first one said. */
  bootDeaths: number[]
  firstFailure?: string
  nextId: number
  /** Never used twice, also when a reload failed. */
  nextGeneration: number
}

export function createPool(desired: number, settings: PoolSettings, generation = 1): Pool {
  return {
    settings,
    phase: 'running',
    desired,
    generation,
    workers: [],
    slots: new Map(),
    reloadAgain: false,
    served: false,
    bootDeaths: [],
    nextId: 1,
    nextGeneration: generation + 1,
  }
}

export function slotOf(pool: Pool, number: number): Slot {
  let slot = pool.slots.get(number)
  if (!slot) {
    slot = { deaths: 0, notBefore: 0, bootDeaths: [], parked: false }
    pool.slots.set(number, slot)
  }
  return slot
}

export function workerOf(pool: Pool, id: number | undefined): WorkerRecord | undefined {
  return pool.workers.find(worker => worker.id === id)
}

/** Booting or serving: what fills a slot. */
export function isLive(worker: WorkerRecord): boolean {
  return worker.status === 'booting' || worker.status === 'serving'
}

export function isServing(worker: WorkerRecord): boolean {
  return worker.status === 'serving'
}

/** Nothing left to do: every slot is filled by one serving worker of the current generation, and nobody else is there. */
export function isSettled(pool: Pool): boolean {
  if (pool.phase !== 'running' || pool.reload || pool.reloadAgain) return false
  const wanted = range(pool.desired).filter(number => !pool.slots.get(number)?.parked)
  return (
    pool.workers.length === wanted.length &&
    wanted.every(number => pool.workers.some(worker => worker.slot === number && isServing(worker)))
  )
}

/** 1 to n. */
export function range(n: number): number[] {
  return Array.from({ length: n }, (_, index) => index + 1)
}
