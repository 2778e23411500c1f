import { expect, test } from 'vitest'
import { type Block, figuresOf, median } from './statistics.ts'

const block = (serverMicros: number, ms = 10): Block => ({
  requests: 100,
  ms,
  serverMicros,
  userMicros: serverMicros / 2,
  loadMicros: 5_000,
})

test('the median is the middle, or between the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

test('figures are per request, ratios against the reference of the same round', () => {
  const reference = [[block(2_000), block(2_000)], [block(4_000)], [block(3_000)]]
  const rounds = [[block(1_000), block(1_000)], [block(1_000)], [block(3_000)]]
  expect(figuresOf('ours', rounds, reference)).toMatchObject({
    cpuMicros: 10,
    userMicros: 5,
    requestsPerSecond: 10_000,
    serverBusy: 0.1,
    loadBusy: 0.5,
    cpuRatio: { median: 2, min: 1, max: 4 },
    userRatio: { median: 2, min: 1, max: 4 },
    requestsRatio: { median: 1, min: 1, max: 1 },
  })
})

test('one slow round does not move the median', () => {
  const reference = [1, 2, 3, 4, 5].map(() => [block(2_000)])
  const rounds = [[block(1_000)], [block(9_000, 90)], [block(1_000)], [block(1_000)], [block(1_000)]]
  expect(figuresOf('ours', rounds, reference).cpuRatio.median).toBe(2)
})
