import type { Bounds } from '../decide/checks.ts'
import { type Comparison, compare, LEAST_LIMIT, type Pairs } from '../decide/comparison.ts'
import { blocksOf, type Metric, pairsOf, windowsOf } from '../decide/metrics.ts'
import type { Round } from '../measure/round.ts'
import type { SideName } from '../measure/side.ts'
import type { Interval } from '../stats/bootstrap.ts'
import { median } from '../stats/median.ts'
import type { Compared } from './report.ts'

/** The figures of a scenario that hold without a baseline at hand. */
export interface Recorded {
  modules?: number | undefined
  queries?: number | undefined
  calls?: number | undefined
  allocatedBytes?: number | undefined
  /** Multiples of node:http. */
  capacity?: Interval | undefined
}

/** A recorded capacity may be missed by this share before it counts: it is of another moment, and perhaps of another machine. */
export const RECORD_SLACK = 0.25

export function comparedBy<S extends { side: SideName }>(
  metric: Metric<S>,
  groups: readonly (readonly (readonly S[])[])[],
): Compared {
  const pairs: Pairs = pairsOf(groups, 'candidate', 'baseline', metric)
  const comparison: Comparison = compare(pairs, pairsOf(groups, 'twin', 'baseline', metric))
  return { name: metric.name, title: metric.title, unit: metric.unit, ...comparison }
}

/** Clear enough to stop: decided, and not only because the limit has been widened by noise. */
export function isClear({ verdict, limit }: Comparison): boolean {
  return verdict === 'loss' || (verdict === 'ok' && limit <= 2 * LEAST_LIMIT)
}

export function isCandidate({ side }: { side: SideName }): boolean {
  return side === 'candidate'
}

/** How much of the median latency the generator's own lateness was, at most of the windows. */
export function lateness(rounds: readonly Round[]): number {
  return median(
    windowsOf(rounds)
      .flat(2)
      .map(({ lagMs, p50Ms }) => lagMs / p50Ms),
  )
}

export function withLateness(compared: Compared, late: number): Compared {
  if (late <= 1) return compared
  const note = 'the load generator came late itself, for this machine is busy: not valid'
  return { ...compared, verdict: 'undecided', note }
}

/** Busy itself while the server was not: requests a second are then the generator's. */
export function isGeneratorLimit(rounds: readonly Round[]): boolean {
  const blocks = blocksOf(rounds).flat(2).filter(isCandidate)
  const busy = (micros: (block: (typeof blocks)[number]) => number) =>
    median(blocks.map(block => micros(block) / 1000 / block.ms))
  return busy(({ loadMicros }) => loadMicros) > 0.9 && busy(({ serverMicros }) => serverMicros) < 0.9
}

export function countedOf({
  modules,
  queries,
  calls,
}: {
  modules: number
  queries: number
  calls: number | string
}): Bounds['counters'] {
  return { modules, queries, ...(typeof calls === 'number' && { calls }) }
}

export function numbersOf({ modules, queries, calls }: Recorded): Bounds['counters'] {
  return {
    ...(modules !== undefined && { modules }),
    ...(queries !== undefined && { queries }),
    ...(calls !== undefined && { calls }),
  }
}

export function describeRatio({ ratio }: Comparison): string {
  return `${ratio.estimate.toFixed(3)} (${ratio.low.toFixed(3)}–${ratio.high.toFixed(3)})`
}
