import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { seeded } from '@arlen/core/seeded'
import { median, quantileOfSorted } from './median.ts'

/** An estimate and where the true value lies, with the confidence that was asked for. */
export interface Interval {
  estimate: number
  low: number
  high: number
}

/** How an interval is computed. */
export interface BootstrapOptions {
  /** How often the interval is to hold the true value, from 0 to 1. Default 0.95. */
  confidence?: number | undefined
  /** Default 2000. */
  resamples?: number | undefined
  /** Default 1. The same samples and the same seed give the same interval. */
  seed?: number | undefined
}

const OPTIONS: OptionTable<BootstrapOptions> = {
  confidence: option.number(0, 1),
  resamples: option.integer(1),
  seed: option.integer(),
}

/**
 * The median of samples that came in groups, with its percentile bootstrap interval. A group is what shares its fate: the
 * pairs of one pair of processes, say, which the compiler has treated in one way. A resample draws groups, and in each
 * group samples, with replacement. So the interval covers the difference between groups as well as the one inside them.
 *
 * @see Efron and Tibshirani, An Introduction to the Bootstrap, chapters 8 and 13
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function medianInterval(groups: readonly (readonly number[])[], options: BootstrapOptions = {}): Interval {
  const { confidence = 0.95, resamples = 2_000, seed = 1 } = readOptions('medianInterval()', options, OPTIONS)
  const filled = groups.filter(group => group.length > 0)
  const estimate = median(filled.flat())
  const random = seeded(seed)
  const medians = new Float64Array(resamples)
  for (let at = 0; at < resamples; at += 1) medians[at] = median(resample(filled, random))
  medians.sort()
  const tail = (1 - confidence) / 2
  return { estimate, low: quantileOfSorted(medians, tail), high: quantileOfSorted(medians, 1 - tail) }
}

function resample(groups: readonly (readonly number[])[], random: () => number): number[] {
  const drawn: number[] = []
  for (let at = 0; at < groups.length; at += 1) {
    const group = pick(groups, random)
    for (let count = group.length; count > 0; count -= 1) drawn.push(pick(group, random))
  }
  return drawn
}

function pick<T>(values: readonly T[], random: () => number): T {
  return values[Math.floor(random() * values.length)]!
}
