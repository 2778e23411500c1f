import { type Interval, medianInterval } from '../stats/bootstrap.ts'
import { median } from '../stats/median.ts'

/**
 * What a comparison says. `loss`: the whole interval is past the limit. `ok`: the whole interval is below it. `undecided`:
 * the limit lies in the interval, or the limit is so far away that it says nothing.
 */
export type Outcome = 'ok' | 'loss' | 'undecided'

/** Less than this is never a loss: 5 %. */
export const LEAST_LIMIT = 0.05
/** The limit is so many times what two processes of one program differ by. */
const SPREADS = 3
/** A limit beyond this, 30 %, hides too much for an `ok`. */
const WIDEST_LIMIT = 0.3

/** An interval that holds the true value 95 times of 100 is so many standard errors wide. */
const WIDTH_IN_ERRORS = 3.92

/** Samples of two sides that were taken side by side, in groups: one for each set of processes. */
export type Pairs = readonly (readonly (readonly [own: number, other: number])[])[]

/** A candidate beside its baseline. Ratios are candidate / baseline: below 1 is better. */
export interface Comparison {
  candidate: number
  baseline: number
  ratio: Interval
  /** Every paired ratio, by group. */
  ratios: number[][]
  /** The same for two processes of the baseline. */
  same: Interval
  sameRatios: number[][]
  /** How well this run can tell: the standard error of `same`, or how far it lies from 1, whichever is more. */
  spread: number
  limit: number
  outcome: Outcome
}

/**
 * Decides by the median of the paired ratios and its interval. The limit is 5 %, or three times the spread of two processes of
 * the baseline that were measured in the same run, whichever is more: what is past it, interval and all, is no chance.
 */
export function compare(pairs: Pairs, twins: Pairs): Comparison {
  const ratios = ratiosOf(pairs)
  const sameRatios = ratiosOf(twins)
  const ratio = medianInterval(ratios)
  const same = medianInterval(sameRatios)
  const spread = Math.max((same.high - same.low) / WIDTH_IN_ERRORS, Math.abs(same.estimate - 1))
  const limit = Math.max(LEAST_LIMIT, SPREADS * spread)
  const all = pairs.flat()
  return {
    candidate: median(all.map(([own]) => own)),
    baseline: median(all.map(([, other]) => other)),
    ratio,
    ratios,
    same,
    sameRatios,
    spread,
    limit,
    outcome: decide(ratio, limit),
  }
}

function decide({ low, high }: Interval, limit: number): Outcome {
  if (low > 1 + limit) return 'loss'
  return high < 1 + limit && limit <= WIDEST_LIMIT ? 'ok' : 'undecided'
}

function ratiosOf(pairs: Pairs): number[][] {
  return pairs.map(group => group.map(([own, other]) => own / other))
}
