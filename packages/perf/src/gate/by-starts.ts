import { STARTS } from '../decide/metrics.ts'
import type { Program } from '../measure/program.ts'
import type { SideName } from '../measure/side.ts'
import { measureStarts } from '../measure/starts.ts'
import { medianInterval } from '../stats/bootstrap.ts'
import { comparedBy, isCandidate } from './compare-samples.ts'
import type { Check, RawSamples } from './report.ts'
import { type Found, type ScenarioRun, say } from './scenario-run.ts'

/** Compares how the sides start; without a baseline it says how the candidate does. */
export async function findByStarts(run: ScenarioRun): Promise<Found & { raw: RawSamples['starts'] }> {
  const { candidate, baseline, requests, bench, effort } = run
  say(run, 'starts')
  const programs: [SideName, Program][] = [['candidate', candidate]]
  if (baseline) programs.push(['baseline', baseline], ['twin', baseline])
  const raw = await measureStarts(programs, requests[0]!, effort.starts, bench)
  // Every start is a process of its own, so every pair is a group of its own.
  if (baseline)
    return {
      comparisons: STARTS.map(metric =>
        comparedBy(
          metric,
          raw.map(pass => [pass]),
        ),
      ),
      raw,
    }
  const checks = STARTS.map(({ name, title, of }): Check => {
    const value = medianInterval(raw.map(pass => pass.filter(isCandidate).map(of)))
    return { name, title: `${title}, ms`, value, bound: undefined, from: 'nothing', outcome: 'ok' }
  })
  return { checks, raw }
}
