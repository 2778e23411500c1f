import type { WorkerStats } from '../protocol.ts'
import { formatDuration } from '../units.ts'
import { countBootDeath, countCrash, within } from './back-off.ts'
import type { Action } from './decide.ts'
import { isServing, type Pool, type Reason, slotOf, type WorkerRecord, type WorkerStatus, workerOf } from './pool.ts'

/** Events of the pool, from its workers and from commands. */
export type PoolEvent =
  | { type: 'serving'; id: number }
  | { type: 'waits'; id: number; for: string }
  | { type: 'failed'; id: number; reason: string }
  | { type: 'heartbeat'; id: number; stats: WorkerStats }
  | { type: 'exited'; id: number; how: string }
  | { type: 'reload' }
  | { type: 'scale'; desired: number }
  | { type: 'stop'; delayMs?: number }
  | { type: 'quit' }
  | { type: 'upgrade' }
  | { type: 'upgrade_failed' }
  /** The primary itself did not run for a while (suspended machine), so missing heartbeats do not count. */
  | { type: 'stalled'; forMs: number }

/** Consequences of an event or action to report. */
export type Notice =
  | { notice: 'crashed'; worker: WorkerRecord; how: string; respawnInMs: number }
  | { notice: 'boot_failed'; worker: WorkerRecord; reason: string; respawnInMs: number }
  | { notice: 'parked'; slot: number; reason: string }
  | { notice: 'gave_up'; reason: string; deaths: number }
  | { notice: 'reload_started'; generation: number }
  | { notice: 'reloaded'; generation: number; tookMs: number }
  | { notice: 'reload_failed'; generation: number; reason: string }

/** Applies an event to the pool. Deterministic: the same pool, event and time give the same result. */
export function apply(pool: Pool, event: PoolEvent, now: number): Notice[] {
  switch (event.type) {
    case 'serving':
      return serving(pool, workerOf(pool, event.id), now)
    case 'waits': {
      const worker = workerOf(pool, event.id)
      if (worker) worker.waitsFor = event.for
      return []
    }
    case 'failed': {
      const worker = workerOf(pool, event.id)
      if (worker) worker.failure = event.reason
      return []
    }
    case 'heartbeat':
      return heartbeat(pool, workerOf(pool, event.id), event.stats, now)
    case 'exited':
      return exited(pool, workerOf(pool, event.id), event.how, now)
    case 'reload':
      if (pool.phase !== 'running') return []
      if (!pool.reload) return startReload(pool, now)
      pool.reloadAgain = true
      return []
    case 'scale':
      pool.desired = event.desired
      for (const slot of pool.slots.values()) pardon(slot)
      return []
    case 'stop':
      if (mayStop(pool)) stopping(pool, now, event.delayMs ?? pool.settings.preStopDelayMs, 0)
      return []
    case 'quit':
      if (mayStop(pool)) stopping(pool, now, 0, 0)
      pool.stop!.force = true
      return []
    case 'upgrade':
      if (pool.phase === 'running') pool.phase = 'upgrading'
      return []
    case 'upgrade_failed':
      if (pool.phase === 'upgrading') pool.phase = 'running'
      return []
    case 'stalled':
      for (const worker of pool.workers) {
        worker.since += event.forMs
        worker.lastHeartbeatAt += event.forMs
      }
      return []
  }
}

/** Applies an action of `decide` to the pool. A spawned worker has the pool's last id. */
export function applyAction(pool: Pool, action: Action, now: number): Notice[] {
  switch (action.do) {
    case 'spawn': {
      const { slot, generation, replaces, replacing } = action
      const id = pool.nextId++
      const stats = { connections: 0, inFlight: 0, requests: 0, shed: 0, memory: 0, eventLoopDelayMs: 0 }
      pool.workers.push({
        id,
        slot,
        generation,
        status: 'booting',
        since: now,
        startedAt: now,
        lastHeartbeatAt: now,
        stats,
        overMemory: 0,
        ...(replaces !== undefined && { replaces }),
        ...(replacing !== undefined && { replacing }),
      })
      if (pool.reload?.stage === 'canary' && generation === pool.reload.generation) pool.reload.canary = id
      return []
    }
    case 'drain':
      change(workerOf(pool, action.id), 'draining', action.reason, now)
      return []
    case 'signal':
      change(workerOf(pool, action.id), action.signal === 'SIGKILL' ? 'killed' : 'terminating', action.reason, now)
      return []
    case 'finish_reload':
      return action.ok ? finishReload(pool, now) : failReload(pool, action.reason, now)
    case 'exit':
      pool.phase = 'stopped'
      return []
  }
}

function change(worker: WorkerRecord | undefined, status: WorkerStatus, reason: Reason, now: number): void {
  if (!worker) return
  worker.status = status
  worker.since = now
  worker.reason = reason
}

function serving(pool: Pool, worker: WorkerRecord | undefined, now: number): Notice[] {
  if (worker?.status !== 'booting') return []
  worker.status = 'serving'
  worker.since = now
  worker.servingAt = now
  worker.lastHeartbeatAt = now
  pool.served = true
  slotOf(pool, worker.slot).bootDeaths = []
  if (pool.reload?.canary === worker.id && pool.reload.stage === 'canary') {
    pool.reload.stage = 'rolling'
    pool.generation = pool.reload.generation
    // The new code can start, so earlier deaths are no reason to delay a slot.
    for (const slot of pool.slots.values()) pardon(slot)
  }
  return []
}

function heartbeat(pool: Pool, worker: WorkerRecord | undefined, stats: WorkerStats, now: number): Notice[] {
  if (!worker) return []
  worker.lastHeartbeatAt = now
  worker.stats = stats
  const { maxMemory } = pool.settings
  worker.overMemory = maxMemory > 0 && stats.memory > maxMemory ? worker.overMemory + 1 : 0
  return []
}

function exited(pool: Pool, worker: WorkerRecord | undefined, how: string, now: number): Notice[] {
  if (!worker) return []
  pool.workers.splice(pool.workers.indexOf(worker), 1)
  const bootDeath = worker.status === 'booting' || worker.reason === 'boot_timeout'
  const canary = pool.reload?.stage === 'canary' && pool.reload.canary === worker.id
  if (pool.phase === 'stopping' || (!bootDeath && !canary && worker.status !== 'serving')) return []
  const slot = slotOf(pool, worker.slot)
  if (worker.status === 'serving') {
    countCrash(slot, worker.id, now - (worker.servingAt ?? now), now, pool.settings)
    return [{ notice: 'crashed', worker, how, respawnInMs: slot.notBefore - now }]
  }
  const late = `it was not ready within ${formatDuration(pool.settings.bootTimeoutMs)}${worker.waitsFor ? `: ${worker.waitsFor}` : ''}`
  const reason = worker.failure ?? (worker.reason === 'boot_timeout' ? late : `it died before it was ready (${how})`)
  if (canary) return failReload(pool, reason, now)
  countBootDeath(slot, worker.id, now, pool.settings)
  return [
    { notice: 'boot_failed', worker, reason, respawnInMs: slot.notBefore - now },
    ...limitCrashLoop(pool, worker, reason, now),
  ]
}

/** Limits crash loops: ends propane if no worker serves, otherwise gives up the slot. */
function limitCrashLoop(pool: Pool, worker: WorkerRecord, reason: string, now: number): Notice[] {
  const recent = within(pool.bootDeaths, now, pool.settings)
  if (recent.length === 0) pool.firstFailure = reason
  pool.bootDeaths = [...recent, now]
  const slot = slotOf(pool, worker.slot)
  if (pool.workers.some(isServing)) {
    if (slot.bootDeaths.length < pool.settings.crashLoopDeaths) return []
    slot.parked = true
    return [{ notice: 'parked', slot: worker.slot, reason }]
  }
  // If an application has never served and reports why it cannot start, another attempt would not help.
  const hopeless = !pool.served && (worker.failure !== undefined || worker.reason === 'boot_timeout')
  if (!hopeless && pool.bootDeaths.length < pool.settings.crashLoopDeaths) return []
  stopping(pool, now, 0, 1)
  return [{ notice: 'gave_up', reason: pool.firstFailure ?? reason, deaths: pool.bootDeaths.length }]
}

function mayStop(pool: Pool): boolean {
  return pool.phase === 'running' || pool.phase === 'upgrading'
}

function stopping(pool: Pool, now: number, delayMs: number, code: number): void {
  pool.phase = 'stopping'
  pool.stop = { since: now, force: false, delayMs, code }
  delete pool.reload
  pool.reloadAgain = false
}

function startReload(pool: Pool, now: number): Notice[] {
  const generation = pool.nextGeneration++
  pool.reload = { generation, since: now, stage: 'canary' }
  pool.reloadAgain = false
  return [{ notice: 'reload_started', generation }]
}

function finishReload(pool: Pool, now: number): Notice[] {
  const { generation, since } = pool.reload!
  pool.lastReload = { generation, ok: true }
  delete pool.reload
  return [{ notice: 'reloaded', generation, tookMs: now - since }, ...(pool.reloadAgain ? startReload(pool, now) : [])]
}

function failReload(pool: Pool, reason: string, now: number): Notice[] {
  const { generation } = pool.reload!
  pool.lastReload = { generation, ok: false, reason }
  delete pool.reload
  return [{ notice: 'reload_failed', generation, reason }, ...(pool.reloadAgain ? startReload(pool, now) : [])]
}

function pardon(slot: { parked: boolean; notBefore: number; deaths: number; bootDeaths: number[] }): void {
  slot.parked = false
  slot.notBefore = 0
  slot.deaths = 0
  slot.bootDeaths = []
}
