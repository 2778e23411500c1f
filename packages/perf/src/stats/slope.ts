import type { Interval } from './bootstrap.ts'
import { median, quantileOfSorted } from './median.ts'

/** Standard normal quantile of 0.995: intervals hold the true slope 99 times of 100. */
const Z = 2.576

/**
 * The slope of a line through points, by Theil and Sen: the median of the slopes between all pairs of points, which a few
 * outliers do not move. The interval is Kendall's, from the variance of his S without ties.
 *
 * @see Sen, Estimates of the Regression Coefficient Based on Kendall's Tau (1968), section 5
 */
export function slopeInterval(points: readonly (readonly [x: number, y: number])[]): Interval {
  const slopes: number[] = []
  for (const [at, [x, y]] of points.entries()) {
    for (const [otherX, otherY] of points.slice(at + 1)) if (otherX !== x) slopes.push((otherY - y) / (otherX - x))
  }
  slopes.sort((a, b) => a - b)
  const n = points.length
  const half = (Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)) / 2
  const share = (rank: number) => Math.min(1, Math.max(0, rank / slopes.length))
  return {
    estimate: median(slopes),
    low: quantileOfSorted(slopes, share(slopes.length / 2 - half)),
    high: quantileOfSorted(slopes, share(slopes.length / 2 + half)),
  }
}
