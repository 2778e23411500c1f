import { intervalAtLeast, intervalAtMost } from '../decide/checks.ts'
import { blocksOf, CPU, LATENCIES, pairsOf } from '../decide/metrics.ts'
import type { Round } from '../measure/round.ts'
import { type Interval, medianInterval } from '../stats/bootstrap.ts'
import { isCandidate, RECORD_SLACK } from './compare-samples.ts'
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
  return LATENCIES.flatMap(({ name, title, of }): Check[] => {
    const bound = scenario.budget?.[`${name}Ms`]
    if (bound === undefined && baseline) return []
    const value = medianInterval(rounds.map(({ steady }) => steady.filter(isCandidate).map(of)))
    const check = { name, title: `${title}, ms`, value, bound }
    return bound === undefined
      ? [{ ...check, from: 'nothing', outcome: 'ok' }]
      : [{ ...check, from: 'budget', outcome: intervalAtMost(value, bound) }]
  })
}
