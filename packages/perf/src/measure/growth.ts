import type { WireRequest } from '../load/request.ts'
import type { Interval } from '../stats/bootstrap.ts'
import { slopeInterval } from '../stats/slope.ts'
import type { Program } from './program.ts'
import { type Bench, Side } from './side.ts'

/** How memory has grown over many requests. */
export interface Growth {
  requests: number
  /** Bytes a request that stay in use after a collection: the slope, and where it lies 99 times of 100. */
  slope: Interval
  /** Requests so far, and bytes in use after a collection. */
  points: [requests: number, usedBytes: number][]
  /** The most that the process has had in memory. */
  peakBytes: number
}

/** How many requests at most, how long they may take, and at how many points the heap is looked at. */
export interface GrowthPlan {
  requests: number
  maxMs: number
  points: number
}

/** Requests before the first look at the heap: code is compiled, and caches fill. */
const WARM_UP = 5_000
const FIRST = 200

export async function measureGrowth(
  program: Program,
  requests: readonly WireRequest[],
  plan: GrowthPlan,
  bench: Bench,
): Promise<Growth> {
  const side = await Side.start('growing', program, requests, bench)
  try {
    const { ms: coldMs } = await side.run(Math.min(FIRST, plan.requests))
    const fitting = (requests: number, ms: number, most: number, maxMs: number) =>
      Math.max(Math.min(FIRST, most), Math.min(most, Math.round((requests / ms) * maxMs)))
    const warmUp = fitting(FIRST, coldMs, Math.min(WARM_UP, plan.requests), plan.maxMs)
    const { ms } = await side.run(warmUp)
    const step = Math.ceil(fitting(warmUp, ms, plan.requests, plan.maxMs) / plan.points)
    const points: Growth['points'] = []
    let peakBytes = 0
    for (let point = 0; point <= plan.points; point += 1) {
      if (point > 0) await side.run(step)
      const heap = await side.host.call('heap', undefined)
      points.push([point * step, heap.usedBytes])
      peakBytes = heap.peakBytes
    }
    return { requests: step * plan.points, slope: slopeInterval(points), points, peakBytes }
  } finally {
    await side.stop()
  }
}
