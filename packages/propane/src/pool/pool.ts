import type { WorkerStats } from '../protocol.ts'

/**
 * What the primary knows about its workers: plain data, changed by `apply` (events) and read by `decide` (rules). Nothing
 * here depends on processes, sockets or timers, so that every interleaving can be simulated. Times are milliseconds of the
 * clock `now()`.
 */

/**
 * `booting` has been started and loads the application; `serving` has bound and takes connections; `draining` takes no
 * new ones and finishes what it has; `terminating` was sent SIGTERM because it hangs or is not needed; `killed` was
 * sent SIGKILL. A worker leaves the pool when its process has exited.
 */
export type WorkerStatus = 'booting' | 'serving' | 'draining' | 'terminating' | 'killed'

/** Why a worker is asked to stop. */
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
  /** From 1 to the number of workers; a replacement takes it over. */
  slot: number
  generation: number
  status: WorkerStatus
  /** When it got this status. */
  since: number
  startedAt: number
  servingAt?: number
  lastHeartbeatAt: number
  stats: WorkerStats
  /** How long its application took to start, as reported. */
  bootMs?: number
  /** Consecutive heartbeats over the memory limit. */
  overMemory: number
  /** The worker that is drained once this one serves. */
  replaces?: number
  /** Why it was started as a replacement. */
  replacing?: Reason
  /** Why it is stopping. */
  reason?: Reason
  /** What it reports to be waiting for while it boots. */
  waitsFor?: string
  /** The boot failure it reported. */
  failure?: string
}

export interface Slot {
  /** Consecutive deaths, for the back-off. */
  deaths: number
  /** When it may be filled again. */
  notBefore: number
  /** Deaths before ready within the crash-loop window. */
  bootDeaths: number[]
  /** Given up until the next reload or scale, because its workers keep dying while others are healthy. */
  parked: boolean
}

export interface Reload {
  generation: number
  since: number
  /** `canary`: one worker of the new generation must start first; `rolling`: the others follow. */
  stage: 'canary' | 'rolling'
  canary?: number
}

/** The accessories that the rules depend on. */
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
  /** How many workers may boot at a time to fill empty slots. */
  maxBooting: number
}

/** `upgrading`: a new primary boots and will take over. `stopped`: all workers are gone. */
export type Phase = 'running' | 'upgrading' | 'stopping' | 'stopped'

export interface Pool {
  settings: PoolSettings
  phase: Phase
  /** When the stop began, and whether it is immediate. */
  stop?: { since: number; force: boolean; delayMs: number; code: number }
  /** The desired number of workers. */
  desired: number
  generation: number
  workers: WorkerRecord[]
  slots: Map<number, Slot>
  reload?: Reload
  /** A reload was requested during another: one more follows. */
  reloadAgain: boolean
  lastReload?: { generation: number; ok: boolean; reason?: string }
  /** Whether any worker has ever served. Until then, a failed boot ends the primary. */
  served: boolean
  /** Deaths before ready in the whole pool within the window, with the first reason. */
  bootDeaths: number[]
  firstFailure?: string
  nextId: number
  /** Never reused, not even after a failed reload. */
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

/** Whether a worker fills its slot: booting or serving. */
export function isLive(worker: WorkerRecord): boolean {
  return worker.status === 'booting' || worker.status === 'serving'
}

export function isServing(worker: WorkerRecord): boolean {
  return worker.status === 'serving'
}

/** Whether every slot has one serving worker of the current generation and no other workers are left. */
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
