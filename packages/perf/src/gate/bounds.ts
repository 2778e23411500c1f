import { intervalAtLeast, intervalAtMost } from '../decide/checks.ts'
import { blocksOf, CPU, LATENCIES, pairsOf } from '../decide/metrics.ts'
import type { Round } from '../measure/round.ts'
import { type Interval, medianInterval } from '../stats/bootstrap.ts'
import { GENERATOR_LATE, isCandidate, RECORD_SLACK } from './compare-samples.ts'
import type { Check } from './report.ts'
import type { ScenarioRun } from './scenario-run.ts'

/** The candidate's capacity in multiples of node:http with the same answers, by CPU time. */
export function capacityIn(rounds: readonly Round[]): Interval {
  const groups = pairsOf(blocksOf(rounds), 'reference', 'candidate', CPU)
  return medianInterval(groups.map(group => group.map(([reference, own]) => reference / own)))
}

/** Holds a capacity to the budget, and to what was recorded where there is no baseline to run. */
export function checkCapacity({ scenario, recorded, baseline }: ScenarioRun, value: Interval): Check[] {
  const bounds: [from: string, bound: number | undefined][] = [['budget', scenario.budget?.capacity]]
  if (!baseline && recorded?.capacity) bounds.push(['record', recorded.capacity.estimate * (1 - RECORD_SLACK)])
  return bounds.flatMap(([from, bound]) => {
    if (bound === undefined) return []
    const title = 'capacity, in multiples of node:http'
    return [{ name: 'capacity', title, value, bound, from, outcome: intervalAtLeast(value, bound) }]
  })
}

/** Holds latencies to the budget. Without a baseline they are shown where there is none, too. */
export function checkLatencies({ scenario, baseline }: ScenarioRun, rounds: readonly Round[]): Check[] {
  const steady = rounds.flatMap(round => round.steady.filter(isCandidate))
  return LATENCIES.flatMap(({ name, title, of, isLate }): Check[] => {
    const bound = scenario.budget?.[`${name}Ms`]
    if (bound === undefined && baseline) return []
    const value = medianInterval(steady.map(each => [of(each)]))
    const check = { name, title: `${title}, ms`, value, bound }
    if (bound === undefined) return [{ ...check, from: 'nothing', outcome: 'ok' }]
    const outcome = intervalAtMost(value, bound)
    return outcome === 'loss' && steady.some(isLate)
      ? [{ ...check, from: 'budget', outcome: 'undecided', note: GENERATOR_LATE }]
      : [{ ...check, from: 'budget', outcome }]
  })
}
