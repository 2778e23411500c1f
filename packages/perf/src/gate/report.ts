import type { Comparison, Outcome } from '../decide/comparison.ts'
import type { Counters } from '../measure/counters.ts'
import type { Growth } from '../measure/growth.ts'
import type { Round } from '../measure/round.ts'
import type { Start } from '../measure/starts.ts'
import type { Interval } from '../stats/bootstrap.ts'
import type { Machine } from './machine.ts'

/** A comparison by interval, and what it is of. */
export interface Compared extends Comparison {
  name: string
  title: string
  unit: string
  /** Why it cannot be decided, or what was done to decide it. */
  note?: string
}

/** One value held against a bound that does not depend on the machine, or against a budget. */
export interface Check {
  name: string
  title: string
  value: number | Interval
  /** The most it may be; of a capacity the least. Undefined where there is nothing to hold it against. */
  bound: number | undefined
  /** Where the bound comes from: `baseline`, `record`, `budget`. */
  from: string
  outcome: Outcome
  note?: string
}

/** What a scenario was measured by: enough to compute everything else again. */
export interface RawSamples {
  rounds: Round[]
  starts: Start[][]
  counters: { candidate?: Counters; baseline?: Counters }
  growth: { candidate?: Growth; baseline?: Growth }
}

/** What one scenario has shown. */
export interface ScenarioReport {
  name: string
  about: string
  outcome: Outcome
  comparisons: Compared[]
  checks: Check[]
  /** Of the candidate, in multiples of node:http with the same answers, by CPU time. */
  capacity: Interval | undefined
  notes: string[]
  raw: RawSamples
  ms: number
}

/** Which program a side is. */
export interface SideLabel {
  /** As people name it: a commit, a release. */
  label: string
  commit?: string | undefined
}

/** What a run of the gate has shown. */
export interface GateReport {
  format: 1
  at: string
  effort: string
  candidate: SideLabel
  /** Undefined where there was none to run: the candidate is then held to what was recorded, and to budgets. */
  baseline: SideLabel | undefined
  machine: Machine
  outcome: Outcome
  scenarios: ScenarioReport[]
  notes: string[]
  ms: number
}

/** The worst of some outcomes: a loss, else undecided, else ok. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('loss')) return 'loss'
  return outcomes.includes('undecided') ? 'undecided' : 'ok'
}
