import { type Bounds, checkCounters, intervalAtMost } from '../decide/checks.ts'
import { type Counters, measureCounters } from '../measure/counters.ts'
import { medianInterval } from '../stats/bootstrap.ts'
import { countedOf, numbersOf, RECORD_SLACK } from './compare-samples.ts'
import type { Check, RawSamples } from './report.ts'
import { type Found, type ScenarioRun, say } from './scenario-run.ts'

/** More bytes a request than this share are a loss. They are counted, so no spread has to be allowed for. */
const ALLOCATION_LIMIT = 0.05

const NOT_AGAIN = { outcome: 'undecided', note: 'a loss once, and not when it was measured again' } as const

/** Passes over the requests before allocations are counted, over one connection, and the most time for them. */
const COUNTED_WARM_UP = 6_000
const COUNTED_WARM_UP_MS = 3_000

/** Counts on both sides. A loss is counted twice: a timer, or a compiler that was late, is not there again. */
export async function findByCounters(run: ScenarioRun): Promise<Found & { raw: RawSamples['counters'] }> {
  const { candidate, baseline, recorded, requests, scenario, bench, effort } = run
  say(run, 'counting')
  const plan = { warmUp: Math.min(effort.warmUp, COUNTED_WARM_UP), warmUpMs: COUNTED_WARM_UP_MS, blocks: 6 }
  const own = await measureCounters(candidate, requests, plan, bench)
  const other = baseline && (await measureCounters(baseline, requests, plan, bench))
  const bounds: Bounds[] = []
  if (other) bounds.push({ from: 'baseline', counters: countedOf(other) })
  else if (recorded) bounds.push({ from: 'record', counters: numbersOf(recorded) })
  const check = (counters: Counters) => [
    ...checkCounters(counters, bounds, scenario.budget, scenario.slack),
    ...checkAllocations(run, counters.allocatedBytes, other?.allocatedBytes),
  ]
  const raw = { candidate: own, ...(other && { baseline: other }) }
  const checks = check(own)
  if (!checks.some(isLoss)) return { checks, raw }
  const again = check(await measureCounters(candidate, requests, plan, bench))
  const lostAgain = new Set(again.filter(isLoss).map(keyOf))
  return {
    checks: checks.map(each => (isLoss(each) && !lostAgain.has(keyOf(each)) ? { ...each, ...NOT_AGAIN } : each)),
    raw,
  }
}

function checkAllocations(
  { scenario, recorded }: ScenarioRun,
  own: Counters['allocatedBytes'],
  other: Counters['allocatedBytes'] | undefined,
): Check[] {
  const check = { name: 'allocations', title: 'bytes allocated a request' }
  if (typeof own === 'string') {
    return [{ ...check, value: Number.NaN, bound: undefined, from: 'nothing', outcome: 'ok', note: own }]
  }
  const value = medianInterval([own])
  const bounds: [from: string, bound: number | undefined][] = [['budget', scenario.budget?.allocatedBytes]]
  if (typeof other === 'object') bounds.push(['baseline', medianInterval([other]).high * (1 + ALLOCATION_LIMIT)])
  else if (recorded?.allocatedBytes !== undefined) {
    bounds.push(['record', recorded.allocatedBytes * (1 + RECORD_SLACK)])
  }
  const held = bounds.flatMap(([from, bound]) =>
    bound === undefined ? [] : [{ ...check, value, bound, from, outcome: intervalAtMost(value, bound) }],
  )
  return held.length > 0 ? held : [{ ...check, value, bound: undefined, from: 'nothing', outcome: 'ok' }]
}

function isLoss({ outcome }: Check): boolean {
  return outcome === 'loss'
}

function keyOf({ name, from }: Check): string {
  return `${name} ${from}`
}
