import { blocksOf, CPU, LATENCIES } from '../decide/metrics.ts'
import { measureRound, type Round } from '../measure/round.ts'
import type { Interval } from '../stats/bootstrap.ts'
import { capacityIn, checkCapacity, checkLatencies } from './bounds.ts'
import { comparedBy, comparedByWindows, describeRatio, isClear, isGeneratorLimit } from './compare-samples.ts'
import { planRounds, type Rounds } from './plan-rounds.ts'
import type { Check, Compared, RawSamples } from './report.ts'
import { type Found, type ScenarioRun, say } from './scenario-run.ts'

const GENERATOR_LIMIT =
  'The load generator was the limit, not the server: requests a second say nothing, CPU time does.'

/** Rounds until everything is clear, or the pairs or the time are used up; then a loss is measured once more. */
export async function findByRounds(
  run: ScenarioRun,
): Promise<Found & { capacity: Interval | undefined; raw: RawSamples['rounds'] }> {
  const rounds = await planRounds(run)
  try {
    const first = await untilClear(run, rounds)
    const lost = lossesIn(run, first)
    const again = lost.length > 0 ? await repeat(run, rounds, lost) : []
    const lostAgain = again.length > 0 ? lossesIn(run, again) : []
    const raw = [...first, ...again]
    const confirm = <R extends Result>(result: R) => confirmed(result, lost, lostAgain)
    const hasBlocks = run.measure.includes('throughput')
    return {
      comparisons: compareRounds(run, raw).map(confirm),
      capacity: hasBlocks ? capacityIn(raw) : undefined,
      checks: checkRounds(run, raw).map(confirm),
      notes: hasBlocks && isGeneratorLimit(raw) ? [GENERATOR_LIMIT] : [],
      raw,
    }
  } finally {
    rounds.dispose()
  }
}

/** A comparison or a check. */
type Result = Compared | Check

function repeat(run: ScenarioRun, rounds: Rounds, lost: readonly string[]): Promise<Round[]> {
  say(run, `${lost.join(', ')} lost: measuring again`)
  return untilClear(run, rounds)
}

function lossesIn(run: ScenarioRun, rounds: readonly Round[]): string[] {
  const results = [...compareRounds(run, rounds), ...checkRounds(run, rounds)]
  return results.filter(({ outcome }) => outcome === 'loss').map(({ name }) => name)
}

async function untilClear(run: ScenarioRun, { programs, plan }: Rounds): Promise<Round[]> {
  const { effort, deadlineMs, baseline, requests, bench } = run
  const rounds: Round[] = []
  const pairs = () => rounds.length * plan.pairs
  for (;;) {
    say(run, `${pairs()} pairs${standing(compareRounds(run, rounds))}`)
    rounds.push(await measureRound(programs, requests, plan, bench))
    const isLate = performance.now() > deadlineMs
    if (pairs() >= effort.mostPairs || (isLate && rounds.length > 1)) return rounds
    if (pairs() >= effort.leastPairs && (!baseline || compareRounds(run, rounds).every(isClear))) return rounds
  }
}

function standing([cpu]: readonly Compared[]): string {
  return cpu && cpu.ratios.length > 0 ? `, CPU time ${describeRatio(cpu)}` : ''
}

/** A loss has to show twice: in fresh processes, and by what these show alone. */
export function confirmed<R extends Result>(result: R, lost: readonly string[], lostAgain: readonly string[]): R {
  const { name } = result
  if (!lost.includes(name)) return result.outcome === 'loss' ? { ...result, outcome: 'undecided' } : result
  if (lostAgain.includes(name)) return { ...result, outcome: 'loss' }
  return { ...result, outcome: 'undecided', note: 'lost once, and not when it was measured again' }
}

function compareRounds({ measure, baseline }: ScenarioRun, rounds: readonly Round[]): Compared[] {
  if (!baseline) return []
  return [
    ...(measure.includes('throughput') ? [comparedBy(CPU, blocksOf(rounds))] : []),
    ...(measure.includes('latency') ? LATENCIES.map(metric => comparedByWindows(metric, rounds)) : []),
  ]
}

/** What a budget or the record bounds. */
function checkRounds(run: ScenarioRun, rounds: readonly Round[]): Check[] {
  return [
    ...(run.measure.includes('throughput') ? checkCapacity(run, capacityIn(rounds)) : []),
    ...(run.measure.includes('latency') ? checkLatencies(run, rounds) : []),
  ]
}
