import { spread } from './back-off.ts'
import { isLive, isServing, type Pool, type Reason, range, slotOf, type WorkerRecord } from './pool.ts'

export type Action =
  | { do: 'spawn'; slot: number; generation: number; replaces?: number; replacing?: Reason }
  | { do: 'drain'; id: number; reason: Reason }
  | { do: 'signal'; id: number; signal: 'SIGTERM' | 'SIGKILL'; reason: Reason }
  | { do: 'finish_reload'; ok: true }
  | { do: 'finish_reload'; ok: false; reason: string }
  | { do: 'exit'; code: number }

type Rule = (pool: Pool, now: number) => Action[]

/**
 * Decides what to do about the pool now: the actions of the first rule that has any. Call it again once they are applied.
 * No actions means nothing to do until the next event or `nextDeadline`.
 */
export function decide(pool: Pool, now: number): Action[] {
  if (pool.phase === 'stopped') return []
  for (const rule of pool.phase === 'stopping' ? STOPPING : RUNNING) {
    const actions = rule(pool, now)
    if (actions.length > 0) return actions
  }
  return []
}

/** Workers that exceed a time limit for booting, heartbeats, draining or exiting. */
const overdue: Rule = (pool, now) => {
  const { bootTimeoutMs, heartbeatTimeoutMs, killTimeoutMs } = pool.settings
  const limits = {
    booting: bootTimeoutMs,
    serving: heartbeatTimeoutMs,
    draining: pool.settings.drainTimeoutMs + killTimeoutMs,
    terminating: killTimeoutMs,
    killed: Number.POSITIVE_INFINITY,
  }
  return pool.workers.flatMap((worker): Action[] => {
    const since = worker.status === 'serving' ? worker.lastHeartbeatAt : worker.since
    if (now - since < limits[worker.status]) return []
    if (worker.status === 'serving') return [{ do: 'signal', id: worker.id, signal: 'SIGTERM', reason: 'hung' }]
    const reason = worker.status === 'booting' ? 'boot_timeout' : (worker.reason ?? 'drain_timeout')
    return [{ do: 'signal', id: worker.id, signal: 'SIGKILL', reason }]
  })
}

const stop: Rule = (pool, now) => {
  const { since, delayMs, force, code } = pool.stop!
  if (pool.workers.length === 0) return [{ do: 'exit', code }]
  return pool.workers.flatMap((worker): Action[] => {
    if (force) {
      return worker.status === 'killed' ? [] : [{ do: 'signal', id: worker.id, signal: 'SIGKILL', reason: 'quit' }]
    }
    if (worker.status === 'booting') return [{ do: 'signal', id: worker.id, signal: 'SIGTERM', reason: 'stop' }]
    if (worker.status === 'serving' && now - since >= delayMs) return [{ do: 'drain', id: worker.id, reason: 'stop' }]
    return []
  })
}

/** Of several workers in a slot, the newest serving one stays. Only this rule retires old workers. */
const superseded: Rule = pool =>
  pool.workers.flatMap(worker => {
    const newer = pool.workers.find(other => other.slot === worker.slot && other.id > worker.id && isServing(other))
    return newer ? dismiss(worker, newer.replacing ?? 'reload') : []
  })

const surplus: Rule = pool =>
  pool.workers.filter(worker => worker.slot > pool.desired).flatMap(worker => dismiss(worker, 'scale_down'))

/** Starts one worker of the new generation first. If two older generations are alive, the oldest must go before. */
const canary: Rule = pool => {
  const { reload } = pool
  if (reload?.stage !== 'canary' || reload.canary !== undefined) return []
  const generations = pool.workers.map(worker => worker.generation)
  const newest = Math.max(...generations)
  if (generations.some(generation => generation !== newest)) {
    return pool.workers.filter(worker => worker.generation !== newest).flatMap(worker => dismiss(worker, 'reload'))
  }
  return [replace(pool, pool.workers.find(isServing)?.slot ?? 1, reload.generation, 'reload')]
}

/** The other slots follow, up to `reloadOverlap` at a time. */
const roll: Rule = (pool, now) => {
  const { reload } = pool
  if (reload?.stage !== 'rolling') return []
  const isNew = (worker: WorkerRecord) => worker.generation === reload.generation
  const booting = pool.workers.filter(worker => isNew(worker) && worker.status === 'booting')
  const slots = range(pool.desired)
  const parked = slots.filter(number => slotOf(pool, number).parked)
  const pending = slots.filter(
    number => !parked.includes(number) && !pool.workers.some(w => w.slot === number && isLive(w) && isNew(w)),
  )
  if (pending.length === 0 && booting.length === 0) {
    if (parked.length > 0) return [{ do: 'finish_reload', ok: false, reason: pool.firstFailure ?? 'workers died' }]
    return pool.workers.every(isNew) ? [{ do: 'finish_reload', ok: true }] : []
  }
  return pending
    .filter(number => now >= slotOf(pool, number).notBefore)
    .slice(0, Math.max(0, pool.settings.reloadOverlap - booting.length))
    .map(number => replace(pool, number, reload.generation, 'reload'))
}

const RECYCLING: readonly (Reason | undefined)[] = ['max_requests', 'max_age', 'max_memory']

/** Replaces workers over a limit, one (or a quarter of them) at a time and never during a reload. */
const recycle: Rule = (pool, now) => {
  if (pool.reload || pool.phase !== 'running') return []
  const underWay = pool.workers.filter(
    worker =>
      (worker.status === 'booting' && RECYCLING.includes(worker.replacing)) ||
      (!isLive(worker) && RECYCLING.includes(worker.reason)),
  ).length
  return pool.workers
    .filter(worker => isServing(worker) && worker.slot <= pool.desired && mayBeFilled(pool, worker.slot, now))
    .filter(worker => !pool.workers.some(other => other.slot === worker.slot && other.id > worker.id && isLive(other)))
    .flatMap(worker => {
      const reason = overLimit(pool, worker, now)
      return reason ? [replace(pool, worker.slot, pool.generation, reason)] : []
    })
    .slice(0, Math.max(0, Math.max(1, Math.floor(pool.desired / 4)) - underWay))
}

const vacancies: Rule = (pool, now) =>
  range(pool.desired)
    .filter(number => mayBeFilled(pool, number, now))
    .filter(number => !pool.workers.some(worker => worker.slot === number && isLive(worker)))
    .slice(0, Math.max(0, pool.settings.maxBooting - pool.workers.filter(({ status }) => status === 'booting').length))
    .map(number => ({ do: 'spawn', slot: number, generation: pool.generation }))

const STOPPING: readonly Rule[] = [overdue, stop]
const RUNNING: readonly Rule[] = [overdue, superseded, surplus, canary, roll, recycle, vacancies]

function mayBeFilled(pool: Pool, number: number, now: number): boolean {
  const slot = slotOf(pool, number)
  return !slot.parked && now >= slot.notBefore
}

/** Stops a worker, gracefully if it serves. */
function dismiss(worker: WorkerRecord, reason: Reason): Action[] {
  if (worker.status === 'serving') return [{ do: 'drain', id: worker.id, reason }]
  return worker.status === 'booting' ? [{ do: 'signal', id: worker.id, signal: 'SIGTERM', reason }] : []
}

function replace(pool: Pool, slot: number, generation: number, replacing: Reason): Action {
  const old = pool.workers.find(worker => worker.slot === slot && isServing(worker))
  return { do: 'spawn', slot, generation, replacing, ...(old && { replaces: old.id }) }
}

/** Raises limits by up to a fifth, so that workers started together are not recycled together. */
function overLimit(pool: Pool, worker: WorkerRecord, now: number): Reason | undefined {
  const { maxRequests, maxAgeMs, maxMemory } = pool.settings
  const factor = 1 + spread(worker.id) / 5
  if (maxMemory > 0 && worker.overMemory >= 3) return 'max_memory'
  if (maxRequests > 0 && worker.stats.requests >= maxRequests * factor) return 'max_requests'
  if (maxAgeMs > 0 && now - worker.startedAt >= maxAgeMs * factor) return 'max_age'
  return undefined
}

/** The latest time to call `decide` again if nothing happens. */
export function nextDeadline(pool: Pool, now: number): number {
  const { settings } = pool
  const deadlines = pool.workers.flatMap(worker => {
    if (worker.status === 'booting') return [worker.since + settings.bootTimeoutMs]
    if (worker.status === 'draining') return [worker.since + settings.drainTimeoutMs + settings.killTimeoutMs]
    if (worker.status === 'terminating') return [worker.since + settings.killTimeoutMs]
    if (worker.status === 'killed') return []
    const age = settings.maxAgeMs > 0 ? worker.startedAt + settings.maxAgeMs * (1 + spread(worker.id) / 5) : 0
    return [worker.lastHeartbeatAt + settings.heartbeatTimeoutMs, age]
  })
  for (const slot of pool.slots.values()) deadlines.push(slot.notBefore)
  if (pool.stop) deadlines.push(pool.stop.since + pool.stop.delayMs)
  return Math.min(...deadlines.filter(deadline => deadline > now), Number.POSITIVE_INFINITY)
}
