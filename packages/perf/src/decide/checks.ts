import type { Check } from '../gate/report.ts'
import type { Counters } from '../measure/counters.ts'
import type { Growth } from '../measure/growth.ts'
import type { Budget, Slack } from '../scenario/scenario.ts'
import type { Interval } from '../stats/bootstrap.ts'
import type { Outcome } from './comparison.ts'

/** What a scenario's counters may be at most, and who says so. */
export interface Bounds {
  from: 'baseline' | 'record'
  counters: Partial<Pick<Counters, 'modules' | 'queries' | 'calls'>>
}

const COUNTED = { modules: 'modules loaded', queries: 'queries', calls: 'system calls' } as const

/** Counters are held hard: one more is a loss. */
export function checkCounters(
  counted: Counters,
  bounds: readonly Bounds[],
  budget: Budget = {},
  slack: Slack = {},
): Check[] {
  const checks: Check[] = []
  for (const [name, title] of Object.entries(COUNTED) as [keyof typeof COUNTED, string][]) {
    const value = counted[name]
    if (typeof value === 'string') {
      checks.push({ name, title, value: Number.NaN, bound: undefined, from: 'nothing', outcome: 'ok', note: value })
      continue
    }
    for (const { from, counters } of bounds) {
      const figure = counters[name]
      if (typeof figure !== 'number') continue
      const bound = figure + (slack[name] ?? 0)
      checks.push({ name, title, value, bound, from, outcome: atMost(value, bound) })
    }
    const most = budget[name]
    if (most !== undefined)
      checks.push({ name, title, value, bound: most, from: 'budget', outcome: atMost(value, most) })
    if (!checks.some(check => check.name === name)) {
      checks.push({ name, title, value, bound: undefined, from: 'nothing', outcome: 'ok' })
    }
  }
  return checks
}

/** Means over many passes: a timer that runs out meanwhile, or an answer that came in two pieces, is less than one of them. */
function atMost(value: number, bound: number): Outcome {
  return value >= bound + 0.5 ? 'loss' : 'ok'
}

/** Bytes a request that may stay in use without being called a leak: caches that fill, statistics of the compiler. */
const GROWTH_BYTES = 32

/** So much in all is no leak yet: it is what the compiler notes down of a program that is still young. */
const LEAST_GROWTH = 512 * 1024

/** Memory that grows is a loss where the whole interval of the slope is past the bound, and past what the baseline does. */
export function checkGrowth({ slope, requests }: Growth, baseline: Growth | undefined, budget: Budget = {}): Check {
  const own = budget.growthBytes ?? GROWTH_BYTES
  const bound = Math.max(own, baseline?.slope.high ?? 0)
  const outcome = intervalAtMost(slope, bound)
  const isLittle = outcome === 'loss' && slope.low * requests < LEAST_GROWTH
  return {
    name: 'growth',
    title: `growth over ${requests.toLocaleString('en')} requests, bytes a request`,
    value: slope,
    bound,
    from: bound > own ? 'baseline' : 'budget',
    outcome: isLittle ? 'undecided' : outcome,
    ...(isLittle && {
      note: 'too little in all to tell a leak from a program that warms up: more requests are needed',
    }),
  }
}

/** A value by interval that may be at most so much. */
export function intervalAtMost({ low, high }: Interval, bound: number): Outcome {
  if (low > bound) return 'loss'
  return high <= bound ? 'ok' : 'undecided'
}

/** A value by interval that must be at least so much. */
export function intervalAtLeast({ low, high }: Interval, bound: number): Outcome {
  if (high < bound) return 'loss'
  return low >= bound ? 'ok' : 'undecided'
}
