import { quantileMs } from '../latency-buckets.ts'
import { since } from '../observation/latency-totals.ts'
import type { PropaneStatus, WorkerReport } from '../observation/status.ts'
import type { Latency } from '../protocol.ts'
import { formatBytes, formatDuration } from '../units.ts'
import { formatHead, identityCells, table } from './format-status.ts'

const HEADINGS = [
  'worker',
  'pid',
  'gen',
  'state',
  'age',
  'conns',
  'in flight',
  'req/s',
  'p50',
  'p99',
  'memory',
  'loop delay',
]

/**
 * One frame of `propane top`: the status, with what has happened since the frame before. Pure.
 *
 * @param before - the status of the frame before; undefined for the first
 */
export function formatTop(status: PropaneStatus, before: PropaneStatus | undefined): string {
  const elapsedMs = before ? status.upMs - before.upMs : 0
  const rows = status.workers.map(worker => {
    const then = before?.workers.find(({ id }) => id === worker.id)
    return [
      ...identityCells(worker),
      formatDuration(worker.ageMs),
      String(worker.connections),
      String(worker.inFlight),
      rate(worker, then, elapsedMs),
      ...quantiles(since(worker.latency, then?.latency)),
      formatBytes(worker.memory),
      formatDuration(worker.eventLoopDelayMs),
    ]
  })
  const { requests, shed, crashes, hangs, recycles, reloads } = status.totals
  const [p50, p99] = quantiles(since(status.latency, before?.latency))
  const perSecond = rate(status.totals, before?.totals, elapsedMs)
  const lines = [
    `requests: ${perSecond} a second, p50 ${p50}, p99 ${p99}; ${requests} so far, ${shed} refused`,
    `restarts: ${crashes} crashes, ${hangs} hangs, ${recycles} recycled; ${reloads} reloads`,
  ]
  return `${formatHead(status)}${lines.join('\n')}\n\n${table([HEADINGS, ...rows])}`
}

type Counted = Pick<WorkerReport, 'requests'>

/** Requests per second, or `-` in the first frame and for a new worker. */
function rate(now: Counted, then: Counted | undefined, elapsedMs: number): string {
  return then && elapsedMs > 0 ? String(Math.round(((now.requests - then.requests) * 1000) / elapsedMs)) : '-'
}

function quantiles({ counts }: Latency): [p50: string, p99: string] {
  const shown = (q: number) => {
    const ms = quantileMs(counts, q)
    return ms === undefined ? '-' : ms < 10 ? `${ms.toFixed(1)}ms` : formatDuration(ms)
  }
  return [shown(0.5), shown(0.99)]
}
