import type { WireRequest } from '../load/request.ts'
import type { Program } from '../measure/program.ts'
import type { Bench } from '../measure/side.ts'
import type { NamedScenario } from '../scenario/load-scenarios.ts'
import type { Measurement } from '../scenario/scenario.ts'
import type { Recorded } from './compare-samples.ts'
import type { Effort } from './effort.ts'
import type { Check, Compared } from './report.ts'

/** What a scenario is run with. */
export interface ScenarioRun {
  scenario: NamedScenario
  requests: readonly WireRequest[]
  candidate: Program
  baseline: Program | undefined
  /** What was recorded with the baseline; undefined where nothing was. */
  recorded: Recorded | undefined
  measure: readonly Measurement[]
  notes: readonly string[]
  effort: Effort
  /** By `performance.now()`: no further round begins after it. */
  deadlineMs: number
  bench: Bench
  onProgress: (text: string) => void
}

/** What one kind of measuring has shown. */
export interface Found {
  comparisons?: readonly Compared[]
  checks?: readonly Check[]
  notes?: readonly string[]
}

/** Tells people what is being done. */
export function say({ onProgress, scenario }: ScenarioRun, text: string): void {
  onProgress(`${scenario.name}: ${text}`)
}
