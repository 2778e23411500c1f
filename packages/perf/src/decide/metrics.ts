import type { Percentiles } from '../load/pace.ts'
import type { Block, Round, Window } from '../measure/round.ts'
import type { SideName } from '../measure/side.ts'
import type { Start } from '../measure/starts.ts'
import type { Pairs } from './comparison.ts'

/** What is compared by interval, and where its samples are. */
export interface Metric<S> {
  name: string
  title: string
  unit: string
  of: (sample: S) => number
}

/** Of blocks: CPU time is what a busy machine moves least. */
export const CPU: Metric<Block> = {
  name: 'cpu',
  title: 'CPU time a request',
  unit: 'µs',
  of: ({ serverMicros, requests }) => serverMicros / requests,
}

/** A metric of windows at a steady rate. */
export interface LatencyMetric extends Metric<Percentiles> {
  name: 'p50' | 'p95' | 'p99'
  /** Whether the same percentile of the load generator's own lateness is more than a quarter of the figure. */
  isLate: (window: Percentiles & { lag: Percentiles }) => boolean
}

export const LATENCIES: readonly LatencyMetric[] = [
  latency('p50', 'latency, median'),
  latency('p95', 'latency, 95th percentile'),
  latency('p99', 'latency, 99th percentile'),
]

function latency(name: LatencyMetric['name'], title: string): LatencyMetric {
  const key = `${name}Ms` as const
  return { name, title, unit: 'ms', of: each => each[key], isLate: window => window.lag[key] > window[key] / 4 }
}

/** Of starts, from the import to the first answer. */
export const STARTS: readonly Metric<Start>[] = [
  { name: 'start', title: 'start, from import to the first answer', unit: 'ms', of: ({ ms }) => ms },
  { name: 'start-cpu', title: 'CPU time of the start', unit: 'ms', of: ({ cpuMicros }) => cpuMicros / 1000 },
]

/** Pairs of two sides out of passes in which every side was measured once. */
export function pairsOf<S extends { side: SideName }>(
  groups: readonly (readonly (readonly S[])[])[],
  own: SideName,
  other: SideName,
  { of }: Pick<Metric<S>, 'of'>,
): Pairs {
  return groups.map(passes =>
    passes.flatMap(pass => {
      const [mine, its] = [own, other].map(name => pass.find(({ side }) => side === name))
      return mine && its ? [[of(mine), of(its)] as const] : []
    }),
  )
}

export function blocksOf(rounds: readonly Round[]): Block[][][] {
  return rounds.map(({ blocks }) => blocks)
}

export function windowsOf(rounds: readonly Round[]): Window[][][] {
  return rounds.map(({ windows }) => windows)
}
