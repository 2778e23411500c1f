import { type Bounds, checkCounters, intervalAtMost } from '../decide/checks.ts'
import { type Counters, type CountPlan, measureCounters } from '../measure/counters.ts'
import { medianInterval } from '../stats/bootstrap.ts'
import { countedOf, numbersOf, RECORD_SLACK } from './compare-samples.ts'
import type { Check, RawSamples } from './report.ts'
import { type Found, type ScenarioRun, say } from './scenario-run.ts'

/** More bytes a request than this share are a loss. They are counted, so no spread has to be allowed for. */
const ALLOCATION_LIMIT = 0.05

const NOT_AGAIN = { outcome: 'undecided', note: 'a loss once, and not when it was measured again' } as const

/** Code that has answered half as many requests is still being compiled, and what it allocates falls from block to block. */
const PLAN: CountPlan = { warmUp: 6_000, warmUpMs: 3_000, blocks: 6 }

/** Counts on both sides. A loss is counted twice, on both sides again: a timer, or a compiler that was late, is not there again. */
export async function findByCounters(run: ScenarioRun): Promise<Found & { raw: RawSamples['counters'] }> {
  say(run, 'counting')
  const { checks, raw } = await countBoth(run)
  if (!checks.some(isLoss)) return { checks, raw }
  const again = await countBoth(run)
  const lostAgain = new Set(again.checks.filter(isLoss).map(keyOf))
  return {
    checks: checks.map(each => (isLoss(each) && !lostAgain.has(keyOf(each)) ? { ...each, ...NOT_AGAIN } : each)),
    raw,
  }
}

async function countBoth(run: ScenarioRun): Promise<{ checks: Check[]; raw: RawSamples['counters'] }> {
  const { candidate, baseline, recorded, requests, scenario, bench } = run
  const own = await measureCounters(candidate, requests, PLAN, bench)
  const other = baseline && (await measureCounters(baseline, requests, PLAN, bench))
  const bounds: Bounds[] = []
  if (other) bounds.push({ from: 'baseline', counters: countedOf(other) })
  else if (recorded) bounds.push({ from: 'record', counters: numbersOf(recorded) })
  const checks = [
    ...checkCounters(own, bounds, scenario.budget, scenario.slack),
    ...checkAllocations(run, own.allocatedBytes, other?.allocatedBytes),
  ]
  return { checks, raw: { candidate: own, ...(other && { baseline: other }) } }
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
