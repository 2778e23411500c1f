import { seeded } from '@arlen/core/seeded'
import { type Comparison, compare, type Outcome } from '@arlen/perf'
import { injectionsOf, isQuiet, type ProofRun, SCENARIOS, wanted } from './runs.ts'

export const TITLES = {
  same: 'nothing: the candidate is the baseline',
  cpu: '10 % of the CPU time of a request',
  latency: '20 µs in every request',
  leak: '1 kB that stays, each request',
} as const

/** What has come of the runs, as rows of a table: on a quiet machine, and beside busy neighbors. */
export function summaryRows(runs: readonly ProofRun[], quiet: boolean): string[] {
  return SCENARIOS.flatMap(scenario =>
    injectionsOf(scenario).map(injection => {
      const own = runs.filter(run => run.scenario === scenario && run.injection === injection && isQuiet(run) === quiet)
      const count = (outcome: Outcome) => own.filter(run => run.outcome === outcome).length
      const cells = [
        scenario,
        TITLES[injection],
        quiet ? `${own.length} of ${wanted(scenario, injection)}` : own.length,
        count('loss'),
        count('undecided'),
        count('ok'),
        rangeOf(own.map(({ seconds }) => seconds)),
        ...(quiet
          ? []
          : [
              rangeOf(
                own.map(({ neighbors }) => neighbors),
                1,
              ),
            ]),
      ]
      return `| ${cells.join(' | ')} |`
    }),
  )
}

function rangeOf(values: readonly number[], digits = 0): string {
  if (values.length === 0) return '–'
  return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`
}

const SLOWDOWNS = [0, 0.05, 0.1, 0.2]
const RESAMPLED = 100
/** Rounds of a resampled run: with ten pairs each they are the sixty that the gate takes at most. */
const ROUNDS = 6
const CALM_SPREAD = 0.03

/**
 * Runs that are put together from recorded rounds of programs that were the same, as far as their own spread is 3 % or less.
 *
 * @returns of each slowdown of the candidate, how many of the runs call it a loss; and how many runs there are
 */
function resample(runs: readonly ProofRun[], scenario: string): { found: number[]; of: number } {
  const rounds = runs
    .filter(run => run.injection === 'same' && run.scenario === scenario)
    .flatMap(({ pairs, samePairs }) => pairs.map((own, at) => ({ own, same: samePairs[at]! })))
  const random = seeded(1)
  const calm: Comparison[] = []
  for (let tries = 0; rounds.length > 0 && calm.length < RESAMPLED && tries < 3 * RESAMPLED; tries += 1) {
    const drawn = Array.from({ length: ROUNDS }, () => rounds[Math.floor(random() * rounds.length)]!)
    const compared = compareRatios(
      drawn.map(({ own }) => own),
      drawn.map(({ same }) => same),
    )
    if (compared.spread <= CALM_SPREAD) calm.push(compared)
  }
  // A candidate that is slower by a share has every ratio greater by it, and so its interval.
  const isFound = ({ ratio, limit }: Comparison, slowdown: number) => ratio.low * (1 + slowdown) > 1 + limit
  return { found: SLOWDOWNS.map(slowdown => calm.filter(each => isFound(each, slowdown)).length), of: calm.length }
}

function compareRatios(pairs: readonly number[][], samePairs: readonly number[][]): Comparison {
  const asPairs = (groups: readonly number[][]) => groups.map(group => group.map(ratio => [ratio, 1] as const))
  return compare(asPairs(pairs), asPairs(samePairs))
}

export function resampledRows(runs: readonly ProofRun[]): string[] {
  const columns = SCENARIOS.map(scenario => resample(runs, scenario))
  return SLOWDOWNS.map((slowdown, at) => {
    const cells = columns.map(({ found, of }) => `${found[at]} of ${of}`)
    return `| ${Math.round(slowdown * 100)} % slower | ${cells.join(' | ')} |`
  })
}
