import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome } from '@arlen/perf'

/** What is put into the candidate: nothing, 10 % of the CPU time of a request, 20 µs, or a kilobyte that stays. */
export type Injection = 'same' | 'cpu' | 'latency' | 'leak'

const INJECTIONS: readonly Injection[] = ['same', 'cpu', 'latency', 'leak']
export const SCENARIOS: readonly string[] = ['hello', 'row']

/** How many runs of each are wanted on a quiet machine: 100 of the same and 30 of each loss, in both scenarios together. */
const WANTED: Readonly<Record<Injection, number>> = { same: 50, cpu: 15, latency: 15, leak: 15 }

/** How many runs of a kind are wanted. A delay is put into hello alone, 30 times. */
export function wanted(scenario: string, injection: Injection): number {
  if (injection === 'latency') return scenario === 'hello' ? 2 * WANTED.latency : 0
  return WANTED[injection]
}

/** What is put into the candidate of a scenario. */
export function injectionsOf(scenario: string): Injection[] {
  return INJECTIONS.filter(injection => wanted(scenario, injection) > 0)
}

/** A machine is quiet while other programs use less than so many of its cores, at the mean of a run. */
const QUIET = 0.3

/** One run as it is kept. */
export interface ProofRun {
  scenario: string
  injection: Injection
  at: string
  /** Whose rule has decided. */
  commit: string
  /** Cores that other programs kept busy during the run, of so many. */
  neighbors: number
  cores: number
  seconds: number
  outcome: Outcome
  /** What was a loss: a comparison, or a check. */
  foundBy: string[]
  comparisons: Record<
    string,
    { ratio: number; low: number; high: number; spread: number; limit: number; outcome: Outcome }
  >
  /** Bytes a request that stayed in use; null where it was not measured. */
  growth: number | null
  /** Paired ratios of CPU time, by set of processes: candidate / baseline, and twin / baseline. */
  pairs: number[][]
  samePairs: number[][]
}

export const RUNS_FILE: string = join(import.meta.dirname, 'runs.jsonl')

/** The runs that have been gathered, in their order. */
export function readRuns(file: string = RUNS_FILE): ProofRun[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line) as ProofRun)
}

export function isQuiet({ neighbors }: ProofRun): boolean {
  return neighbors < QUIET
}

/** The kind of run that lacks most of what it is to have: on a quiet machine, and beside busy neighbors after that. */
export function nextKind(
  runs: readonly ProofRun[],
  isWanted: (scenario: string, injection: Injection) => boolean,
): { scenario: string; injection: Injection } | undefined {
  const kinds = SCENARIOS.flatMap(scenario =>
    injectionsOf(scenario)
      .filter(injection => isWanted(scenario, injection))
      .map(injection => {
        const own = runs.filter(each => each.scenario === scenario && each.injection === injection)
        const most = wanted(scenario, injection)
        return { scenario, injection, share: own.filter(isQuiet).length / most, count: own.length / most }
      }),
  )
  const [next] = kinds.filter(({ share }) => share < 1).sort((a, b) => a.share - b.share || a.count - b.count)
  return next
}
