import { join } from 'node:path'
import { CHECK, type Effort, type GateReport, type Measurement, runGate } from '../src/index.ts'

/** The applications that are measured. */
export const root = join(import.meta.dirname, '../fixtures')
/** Enough for losses that nobody could overlook. */
export const TINY: Effort = {
  ...CHECK,
  leastPairs: 6,
  mostPairs: 6,
  pairsPerRound: 3,
  blockMs: 10,
  warmUp: 500,
  pacedMs: 400,
  growthRequests: 10_000,
  growthMs: 60_000,
  starts: 2,
}

/** Runs the gate on an application that has a loss, beside the same without it. */
export function gate(
  loss: string,
  measure: readonly Measurement[],
  against: 'baseline' | 'nothing' = 'baseline',
): Promise<GateReport> {
  return runGate({
    candidate: { root, label: 'candidate', env: { LOSS: loss } },
    ...(against === 'baseline' && { baseline: { root, label: 'baseline' } }),
    scenarios: [{ name: 'hello', requests: [{ path: '/', contains: 'hello' }], measure }],
    app: 'server.mjs',
    effort: TINY,
  })
}

export function lostIn({ scenarios: [scenario] }: GateReport): string[] {
  return [...scenario!.comparisons, ...scenario!.checks]
    .filter(({ outcome }) => outcome === 'loss')
    .map(({ name }) => name)
}
