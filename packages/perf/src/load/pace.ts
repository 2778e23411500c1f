import { quantileOfSorted } from '../stats/median.ts'
import type { Connection, Session } from './session.ts'

/** What a window of requests at a steady rate has shown, in milliseconds from when each request was due. */
export interface Latencies {
  requests: number
  p50Ms: number
  p95Ms: number
  p99Ms: number
  maxMs: number
  /** How late the generator itself was in sending what it could have sent, the 99th percentile. */
  lagMs: number
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
  took.sort()
  const at = (share: number) => quantileOfSorted(took, share)
  const lagMs = quantileOfSorted(Float64Array.from(lags).sort(), 0.99)
  return { requests: total, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), maxMs: at(1), lagMs }
}
