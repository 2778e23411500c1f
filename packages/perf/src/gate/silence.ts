import { ServerSilent } from '../measure/server-silent.ts'
import { Side } from '../measure/side.ts'
import type { Check, ScenarioReport } from './report.ts'
import { runScenario } from './run-scenario.ts'
import { type ScenarioRun, say } from './scenario-run.ts'

/**
 * Runs a scenario. A candidate that stops answering is a loss where the baseline, asked at once, does answer. Where the baseline
 * is silent as well it is the machine, or the measuring: the scenario is run once more, and is then undecided.
 */
export async function runOrExplain(run: ScenarioRun): Promise<ScenarioReport> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await runScenario(run)
    } catch (error) {
      if (!(error instanceof ServerSilent)) throw error
      say(run, error.message)
      const isCandidate = error.program === run.candidate
      if (isCandidate && (await isBaselineFine(run))) return silentReport(run, 'loss', error.message)
      if (tries === 1)
        return silentReport(run, 'undecided', `the ${isCandidate ? 'candidate' : 'baseline'}: ${error.message}`)
    }
  }
}

const ASKED = 1_000

/** Without a baseline there is nothing to doubt the candidate's silence by. */
async function isBaselineFine({ baseline, requests, bench }: ScenarioRun): Promise<boolean> {
  if (!baseline) return true
  try {
    const side = await Side.start('control', baseline, requests, bench)
    await side.run(ASKED).finally(() => side.stop())
    return true
  } catch {
    return false
  }
}

function silentReport({ scenario, notes }: ScenarioRun, outcome: Check['outcome'], note: string): ScenarioReport {
  const { name, about = '' } = scenario
  const raw = { rounds: [], starts: [], counters: {}, growth: {} }
  const check = {
    name: 'answers',
    title: 'answers',
    value: Number.NaN,
    bound: undefined,
    from: 'nothing',
    outcome,
    note,
  }
  return { name, about, outcome, comparisons: [], checks: [check], capacity: undefined, notes: [...notes], raw, ms: 0 }
}
