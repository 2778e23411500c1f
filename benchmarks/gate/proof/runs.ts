/** What is put into the candidate: nothing, 10 % of the CPU time of a request, 20 µs, or a kilobyte that stays. */
export type Injection = 'same' | 'cpu' | 'latency' | 'leak'

export const INJECTIONS: readonly Injection[] = ['same', 'cpu', 'latency', 'leak']
export const SCENARIOS: readonly string[] = ['hello', 'row']

/** How many runs of each are wanted, for each scenario. */
export const WANTED: Readonly<Record<Injection, number>> = { same: 100, cpu: 30, latency: 30, leak: 30 }

/** One run as it is kept. */
export interface ProofRun {
  scenario: string
  injection: Injection
  at: string
  /** The load of the machine over the minute before the run and before its end, on so many cores. */
  load: number[]
  cores: number
  seconds: number
  verdict: 'ok' | 'loss' | 'undecided'
  /** What was a loss: a comparison, or a check. */
  foundBy: string[]
  comparisons: Record<
    string,
    { ratio: number; low: number; high: number; spread: number; limit: number; verdict: 'ok' | 'loss' | 'undecided' }
  >
  /** Bytes a request that stayed in use; null where it was not measured. */
  growth: number | null
  /** Paired ratios of CPU time, by set of processes: candidate / baseline, and twin / baseline. */
  pairs: number[][]
  samePairs: number[][]
}
