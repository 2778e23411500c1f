import { quantileOfSorted } from '../stats/median.ts'
import type { Connection, Session } from './session.ts'

/** In milliseconds. */
export interface Percentiles {
  p50Ms: number
  p95Ms: number
  p99Ms: number
}

/** What requests at a steady rate have shown, in milliseconds from when each was due. */
export interface Latencies extends Percentiles {
  requests: number
  maxMs: number
  /** What each request took, in the order of the answers. */
  tookMs: Float64Array
  /** How late the generator itself was in sending each request that it could have sent. */
  lagsMs: Float64Array
  /** The percentiles of `lagsMs`. */
  lag: Percentiles
}

/**
 * Sends at a steady rate for a while, whatever the answers take. A request that finds every connection busy goes out
 * later, and its time counts from when it was due: an answer that comes late counts in full for all behind it.
 */
export async function pace(session: Session, perSecond: number, ms: number): Promise<Latencies> {
  const total = Math.max(1, Math.round((perSecond * ms) / 1000))
  const took = new Float64Array(total)
  const lags: number[] = []
  let sent = 0
  let come = 0
  await session.use(resolve => {
    const idle: Connection[] = [...session.connections]
    const startedMs = performance.now()
    for (const connection of idle) connection.idleSinceMs = startedMs
    session.onAnswer = connection => {
      const nowMs = performance.now()
      took[come] = nowMs - connection.dueMs
      come += 1
      connection.idleSinceMs = nowMs
      idle.push(connection)
    }
    const dueAt = (index: number) => startedMs + (index * 1000) / perSecond
    const tick = () => {
      const nowMs = performance.now()
      for (let dueMs = dueAt(sent); sent < total && dueMs <= nowMs && idle.length > 0; dueMs = dueAt(sent)) {
        const connection = idle.pop()!
        lags.push(nowMs - Math.max(dueMs, connection.idleSinceMs))
        connection.dueMs = dueMs
        session.send(connection)
        sent += 1
      }
      if (come === total) resolve()
      else if (!session.isOver) setImmediate(tick)
    }
    tick()
  })
  const maxMs = took.reduce((most, each) => Math.max(most, each), 0)
  return {
    requests: total,
    ...percentilesOf(took),
    maxMs,
    tookMs: took,
    lagsMs: Float64Array.from(lags),
    lag: percentilesOf(lags),
  }
}

/** In milliseconds; the values need not be sorted. */
export function percentilesOf(valuesMs: Iterable<number>): Percentiles {
  const sorted = Float64Array.from(valuesMs).sort()
  const [p50Ms = 0, p95Ms = 0, p99Ms = 0] = [0.5, 0.95, 0.99].map(share => quantileOfSorted(sorted, share))
  return { p50Ms, p95Ms, p99Ms }
}
