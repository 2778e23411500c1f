import type { Effort } from './effort.ts'
import type { GateReport } from './report.ts'

/**
 * Measures, and again from the beginning as often as the effort allows while the outcome is undecided. A loss is never measured
 * away: it has been confirmed already.
 */
export async function untilDecided(
  { repeats }: Pick<Effort, 'repeats'>,
  measure: (again: number) => Promise<GateReport>,
): Promise<GateReport> {
  let report = await measure(0)
  for (let again = 1; report.outcome === 'undecided' && again <= repeats; again += 1) report = await measure(again)
  return report
}
