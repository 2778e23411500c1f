import { findByCounters } from './by-counters.ts'
import { findByGrowth } from './by-growth.ts'
import { findByRounds } from './by-rounds.ts'
import { findByStarts } from './by-starts.ts'
import { type Check, type Compared, type RawSamples, type ScenarioReport, worst } from './report.ts'
import type { Found, ScenarioRun } from './scenario-run.ts'

/**
 * Measures one scenario and decides. What always takes the same time comes first; rounds take what is left, and starts are
 * left out where nothing is.
 *
 * @throws ServerSilent where a server gives no answer any more
 */
export async function runScenario(run: ScenarioRun): Promise<ScenarioReport> {
  const started = performance.now()
  const { measure } = run
  const raw: RawSamples = { rounds: [], starts: [], counters: {}, growth: {} }
  const comparisons: Compared[] = []
  const checks: Check[] = []
  const notes = [...run.notes]
  const take = (found: Found) => {
    comparisons.push(...(found.comparisons ?? []))
    checks.push(...(found.checks ?? []))
    notes.push(...(found.notes ?? []))
  }
  const counted = measure.includes('counters') ? await findByCounters(run) : undefined
  if (counted) take(counted)
  const grown = measure.includes('growth') ? await findByGrowth(run) : undefined
  const compared = measure.includes('throughput') || measure.includes('latency') ? await findByRounds(run) : undefined
  if (compared) take(compared)
  if (grown) take(grown)
  if (measure.includes('start')) {
    if (performance.now() > run.deadlineMs + run.effort.growthMs) checks.push(NO_TIME)
    else {
      const begun = await findByStarts(run)
      take(begun)
      raw.starts = begun.raw
    }
  }
  return {
    name: run.scenario.name,
    about: run.scenario.about ?? '',
    outcome: worst([...comparisons, ...checks].map(({ outcome }) => outcome)),
    comparisons,
    checks,
    capacity: compared?.capacity,
    notes,
    raw: { ...raw, rounds: compared?.raw ?? [], counters: counted?.raw ?? {}, growth: grown?.raw ?? {} },
    ms: performance.now() - started,
  }
}

const NO_TIME: Check = {
  name: 'start',
  title: 'start',
  value: Number.NaN,
  bound: undefined,
  from: 'nothing',
  outcome: 'undecided',
  note: 'not measured: the time for this scenario was over',
}
