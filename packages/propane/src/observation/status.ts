import { now } from '../clock.ts'
import type { Manager } from '../pool/manager.ts'
import type { Phase, WorkerStatus } from '../pool/pool.ts'
import type { Latency, WorkerStats } from '../protocol.ts'
import type { TotalCounts, Totals } from './totals.ts'

/** A worker in the status of propane. */
export interface WorkerReport extends WorkerStats {
  slot: number
  id: number
  pid: number
  generation: number
  release: string
  status: WorkerStatus
  ageMs: number
  /** Why it is stopping. */
  reason?: string
}

/** The result of `status`: the state of a running propane, for people and programs. */
export interface PropaneStatus {
  pid: number
  phase: Phase
  /** Whether every desired worker serves and no others are left. */
  settled: boolean
  addresses: string[]
  app: string
  generation: number
  release: string
  upMs: number
  desired: number
  serving: number
  reload: { state: 'none' | 'canary' | 'rolling' | 'ok' | 'failed'; generation?: number; reason?: string }
  /** Connections of the busiest and the least busy serving worker. */
  balance: { most: number; fewest: number }
  /** What has happened since the primary started, over all workers past and present. */
  totals: TotalCounts
  /** How long the requests of all these workers took. */
  latency: Latency
  /** Their answers by the class of their status: 1xx, 2xx, 3xx, 4xx, 5xx. */
  statuses: number[]
  /** Log lines lost because the reader was too slow or the disk was full. */
  droppedLogLines: number
  /** Slots that stay empty because their workers kept crashing. */
  parked: number[]
  workers: WorkerReport[]
}

/** What the status is made of besides the workers. */
export interface StatusParts {
  addresses: string[]
  app: string
  startedAt: number
  settled: boolean
  totals: Totals
  droppedLogLines: number
}

export function statusOf(manager: Manager, parts: StatusParts): PropaneStatus {
  const { addresses, app, startedAt, settled, totals, droppedLogLines } = parts
  const { pool } = manager
  const time = now()
  const serving = pool.workers.filter(worker => worker.status === 'serving')
  const connections = serving.map(worker => worker.stats.connections)
  return {
    pid: process.pid,
    phase: pool.phase,
    settled,
    addresses,
    app,
    generation: pool.generation,
    release: manager.plan.release.id,
    upMs: Math.round(time - startedAt),
    desired: pool.desired,
    serving: serving.length,
    reload: reloadState(manager),
    balance: { most: Math.max(0, ...connections), fewest: connections.length === 0 ? 0 : Math.min(...connections) },
    totals: totals.read(),
    latency: totals.latency(),
    statuses: totals.statuses(),
    droppedLogLines,
    parked: [...pool.slots].filter(([number, slot]) => slot.parked && number <= pool.desired).map(([number]) => number),
    workers: pool.workers.map(worker => ({
      slot: worker.slot,
      id: worker.id,
      pid: manager.processes.get(worker.id)?.handle.pid ?? 0,
      generation: worker.generation,
      release: manager.planOf(worker.id)?.release.id ?? '',
      status: worker.status,
      ageMs: Math.round(time - worker.startedAt),
      ...worker.stats,
      ...(worker.reason && { reason: worker.reason }),
    })),
  }
}

function reloadState({ pool }: Manager): PropaneStatus['reload'] {
  if (pool.reload) return { state: pool.reload.stage, generation: pool.reload.generation }
  if (!pool.lastReload) return { state: 'none' }
  const { ok, generation, reason } = pool.lastReload
  return { state: ok ? 'ok' : 'failed', generation, ...(reason !== undefined && { reason }) }
}
