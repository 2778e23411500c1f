import { expect, test } from 'vitest'
import { LATENCIES } from '../decide/metrics.ts'
import type { Round, Window } from '../measure/round.ts'
import { comparedByWindows } from './compare-samples.ts'

const [P50, , P99] = LATENCIES

/** A round of windows, in which the candidate takes so many times as long, and the generator was so late. */
function roundOf(times: number, lag: Window['lag'], windows = 20): Round {
  const window = (side: Window['side'], ms: number): Window => ({
    side,
    perSecond: 1_000,
    requests: 100,
    p50Ms: ms,
    p95Ms: 2 * ms,
    p99Ms: 4 * ms,
    maxMs: 9 * ms,
    lag,
  })
  return {
    blocks: [],
    steady: [],
    windows: Array.from({ length: windows }, () => [
      window('candidate', times),
      window('baseline', 1),
      window('twin', 1),
    ]),
  }
}

const ON_TIME = { p50Ms: 0, p95Ms: 0.1, p99Ms: 0.2 }
const LATE_AT_TIMES = { p50Ms: 0, p95Ms: 0.1, p99Ms: 2.5 }

test('latencies are compared by many windows', () => {
  expect(comparedByWindows(P50!, [roundOf(1, ON_TIME)])).toMatchObject({ outcome: 'ok' })
  expect(comparedByWindows(P50!, [roundOf(1.2, ON_TIME)])).toMatchObject({ outcome: 'loss' })
})

test('a generator that is late one time in a hundred spoils the 99th percentile, and not the median', () => {
  const rounds = [roundOf(1.2, LATE_AT_TIMES)]
  expect(comparedByWindows(P50!, rounds)).toMatchObject({ outcome: 'loss' })
  expect(comparedByWindows(P99!, rounds)).toMatchObject({
    outcome: 'undecided',
    note: expect.stringContaining('came late itself'),
  })
})

test('fewer than six windows decide nothing', () => {
  expect(comparedByWindows(P50!, [roundOf(1, ON_TIME, 5)]).outcome).toBe('undecided')
})
