import type { Bounds } from '../decide/checks.ts'
import { type Comparison, compare, LEAST_LIMIT, type Pairs } from '../decide/comparison.ts'
import { blocksOf, CPU, type LatencyMetric, type Metric, pairsOf, windowsOf } from '../decide/metrics.ts'
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

export const GENERATOR_LATE = 'the load generator came late itself, for this machine is busy: not valid'
const TOO_FEW = 'too few windows were measured'

/** Fewer windows than this say nothing. */
const LEAST_WINDOWS = 6

/** By windows at a steady rate. One in which the generator came late itself says nothing, nor do those beside it. */
export function comparedByWindows(metric: LatencyMetric, rounds: readonly Round[]): Compared {
  const inTime = windowsOf(rounds).map(pairs => pairs.filter(pair => !pair.some(metric.isLate)))
  const compared = comparedBy(metric, inTime)
  if (compared.ratios.flat().length >= LEAST_WINDOWS) return compared
  const note = windowsOf(rounds).flat().length < LEAST_WINDOWS ? TOO_FEW : GENERATOR_LATE
  return { ...compared, outcome: 'undecided', note }
}

/** Clear enough to stop: decided, and of CPU time not only because the limit has been widened by noise. */
export function isClear({ name, outcome, limit }: Compared): boolean {
  return outcome === 'loss' || (outcome === 'ok' && (name !== CPU.name || limit <= 2 * LEAST_LIMIT))
}

export function isCandidate({ side }: { side: SideName }): boolean {
  return side === 'candidate'
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
