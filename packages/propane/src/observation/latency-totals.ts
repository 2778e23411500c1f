import type { Latency } from '../protocol.ts'

/** The sum of distributions; empty if there are none. */
export function sumOf(latencies: readonly (Latency | undefined)[]): Latency {
  const counts: number[] = []
  let sumMs = 0
  for (const latency of latencies) {
    if (!latency) continue
    for (const [bucket, count] of latency.counts.entries()) counts[bucket] = (counts[bucket] ?? 0) + count
    sumMs += latency.sumMs
  }
  return { counts, sumMs }
}

/** The sum of counts of answers by the class of their status. */
export function sumOfStatuses(all: readonly (readonly number[] | undefined)[]): number[] {
  const sum = [0, 0, 0, 0, 0]
  for (const statuses of all) for (const [index, count] of (statuses ?? []).entries()) sum[index]! += count
  return sum
}

/** What was counted since an earlier report of the same counts. */
export function since(now: Latency | undefined, before: Latency | undefined): Latency {
  const { counts = [], sumMs = 0 } = now ?? {}
  return {
    counts: counts.map((count, bucket) => Math.max(0, count - (before?.counts[bucket] ?? 0))),
    sumMs: Math.max(0, sumMs - (before?.sumMs ?? 0)),
  }
}
