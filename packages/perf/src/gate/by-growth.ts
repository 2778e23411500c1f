import { checkGrowth } from '../decide/checks.ts'
import { measureGrowth } from '../measure/growth.ts'
import type { RawSamples } from './report.ts'
import { type Found, type ScenarioRun, say } from './scenario-run.ts'

const POINTS = 20

/** Watches the candidate's memory, and the baseline's where the candidate's grows. Growth is a loss where it shows twice. */
export async function findByGrowth(run: ScenarioRun): Promise<Found & { raw: RawSamples['growth'] }> {
  const { candidate, baseline, requests, scenario, bench, effort } = run
  say(run, 'memory')
  const plan = { requests: effort.growthRequests, maxMs: effort.growthMs, points: POINTS }
  const own = await measureGrowth(candidate, requests, plan, bench)
  const check = checkGrowth(own, undefined, scenario.budget)
  if (check.outcome === 'ok') return { checks: [check], raw: { candidate: own } }
  const other = baseline && (await measureGrowth(baseline, requests, plan, bench))
  const raw = { candidate: own, ...(other && { baseline: other }) }
  const beside = checkGrowth(own, other, scenario.budget)
  if (beside.outcome !== 'loss') return { checks: [beside], raw }
  const again = checkGrowth(await measureGrowth(candidate, requests, plan, bench), other, scenario.budget)
  if (again.outcome === 'loss') return { checks: [beside], raw }
  return { checks: [{ ...beside, outcome: 'undecided', note: 'grew once, and not when it was measured again' }], raw }
}
