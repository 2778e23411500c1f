import { blocksOf, CPU, LATENCIES } from '../decide/metrics.ts'
import { measureRound, type Round } from '../measure/round.ts'
import type { Interval } from '../stats/bootstrap.ts'
import { capacityIn, checkCapacity, checkLatencies } from './bounds.ts'
import { comparedBy, comparedByWindows, describeRatio, isClear, isGeneratorLimit } from './compare-samples.ts'
import { planRounds, type Rounds } from './plan-rounds.ts'
import type { Compared, RawSamples } from './report.ts'
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
    const lost = compareRounds(run, first).filter(({ outcome }) => outcome === 'loss')
    const again = lost.length > 0 ? await repeat(run, rounds, lost) : []
    const raw = [...first, ...again]
    const comparisons = compareRounds(run, raw).map(compared => confirmed(compared, lost, compareRounds(run, again)))
    const hasBlocks = run.measure.includes('throughput')
    const capacity = hasBlocks ? capacityIn(raw) : undefined
    return {
      comparisons,
      capacity,
      checks: [
        ...(capacity ? checkCapacity(run, capacity) : []),
        ...(run.measure.includes('latency') ? checkLatencies(run, raw) : []),
      ],
      notes: hasBlocks && isGeneratorLimit(raw) ? [GENERATOR_LIMIT] : [],
      raw,
    }
  } finally {
    rounds.dispose()
  }
}

function repeat(run: ScenarioRun, rounds: Rounds, lost: readonly Compared[]): Promise<Round[]> {
  say(run, `${lost.map(({ name }) => name).join(', ')} lost: measuring again`)
  return untilClear(run, rounds)
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
function confirmed(compared: Compared, lost: readonly Compared[], again: readonly Compared[]): Compared {
  const hadLost = lost.some(({ name }) => name === compared.name)
  if (!hadLost) return compared.outcome === 'loss' ? { ...compared, outcome: 'undecided' } : compared
  if (again.some(({ name, outcome }) => name === compared.name && outcome === 'loss')) {
    return { ...compared, outcome: 'loss' }
  }
  return { ...compared, outcome: 'undecided', note: 'lost once, and not when it was measured again' }
}

function compareRounds({ measure, baseline }: ScenarioRun, rounds: readonly Round[]): Compared[] {
  if (!baseline) return []
  return [
    ...(measure.includes('throughput') ? [comparedBy(CPU, blocksOf(rounds))] : []),
    ...(measure.includes('latency') ? LATENCIES.map(metric => comparedByWindows(metric, rounds)) : []),
  ]
}
