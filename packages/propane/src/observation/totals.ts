import type { Events } from '../propane-events.ts'
import type { Latency, WorkerStats } from '../protocol.ts'
import { sumOf, sumOfStatuses } from './latency-totals.ts'

/** What has happened since the primary started, over all workers past and present. */
export interface TotalCounts {
  requests: number
  shed: number
  spawns: number
  crashes: number
  boot_failures: number
  hangs: number
  recycles: number
  reloads: number
  reload_failures: number
}

/** The counts of a primary that has just started. */
export const NO_TOTALS: TotalCounts = {
  requests: 0,
  shed: 0,
  spawns: 0,
  crashes: 0,
  boot_failures: 0,
  hangs: 0,
  recycles: 0,
  reloads: 0,
  reload_failures: 0,
}

/** Counts events since the primary started, over all workers past and present. */
export class Totals {
  readonly #counts: TotalCounts = { ...NO_TOTALS }
  readonly #last = new Map<number, WorkerStats>()
  /** The request durations of workers that are gone. */
  #latencyOfGone: Latency = sumOf([])
  #statusesOfGone: number[] = sumOfStatuses([])

  constructor(events: Events) {
    const counts = this.#counts
    events.on('spawn', () => counts.spawns++)
    events.on('crashed', () => counts.crashes++)
    events.on('boot_failed', () => counts.boot_failures++)
    events.on('reloaded', () => counts.reloads++)
    events.on('reload_failed', () => counts.reload_failures++)
    events.on('drain', ({ reason }) => {
      if (reason.startsWith('max_')) counts.recycles++
    })
    events.on('signal', ({ reason, signal }) => {
      if (reason === 'hung' && signal === 'SIGTERM') counts.hangs++
    })
    events.on('heartbeat', ({ id, stats }) => this.#last.set(id, stats))
    events.on('exit', ({ id }) => {
      const stats = this.#last.get(id)
      this.#last.delete(id)
      counts.requests += stats?.requests ?? 0
      counts.shed += stats?.shed ?? 0
      this.#latencyOfGone = sumOf([this.#latencyOfGone, stats?.latency])
      this.#statusesOfGone = sumOfStatuses([this.#statusesOfGone, stats?.statuses])
    })
  }

  read(): TotalCounts {
    const living = [...this.#last.values()]
    return {
      ...this.#counts,
      requests: living.reduce((sum, stats) => sum + stats.requests, this.#counts.requests),
      shed: living.reduce((sum, stats) => sum + stats.shed, this.#counts.shed),
    }
  }

  /** The responses of all workers so far by status class, 1xx to 5xx, including those of workers that are gone. */
  statuses(): number[] {
    return sumOfStatuses([this.#statusesOfGone, ...[...this.#last.values()].map(({ statuses }) => statuses)])
  }

  /** The request durations of all workers so far, including those of workers that are gone. */
  latency(): Latency {
    return sumOf([this.#latencyOfGone, ...[...this.#last.values()].map(({ latency }) => latency)])
  }
}
