/** Upper bounds of the buckets in which request durations are counted, in milliseconds; one bucket more has none. */
export const BOUNDS_MS: readonly number[] = [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000]

/**
 * A quantile of counted durations in milliseconds, interpolated within its bucket as Prometheus does. Undefined if nothing
 * was counted.
 *
 * @param counts - one count for each bucket, the one without a bound last
 * @param q - from 0 to 1
 */
export function quantileMs(counts: readonly number[], q: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return undefined
  const rank = q * total
  let before = 0
  for (const [bucket, count] of counts.entries()) {
    if (before + count < rank || count === 0) {
      before += count
      continue
    }
    const from = bucket === 0 ? 0 : BOUNDS_MS[bucket - 1]!
    const to = BOUNDS_MS[bucket] ?? from // the last bucket has no end
    return from + ((rank - before) / count) * (to - from)
  }
  return BOUNDS_MS.at(-1)
}
