import { expect, test } from 'vitest'
import { BOUNDS_MS, quantileMs } from '../latency-buckets.ts'
import { since, sumOf } from './latency-totals.ts'

test('distributions add up bucket by bucket, and nothing adds up to nothing', () => {
  expect(sumOf([{ counts: [1, 2], sumMs: 3 }, undefined, { counts: [10, 0, 5], sumMs: 40 }])).toEqual({
    counts: [11, 2, 5],
    sumMs: 43,
  })
  expect(sumOf([])).toEqual({ counts: [], sumMs: 0 })
})

test('the difference from an earlier report is never negative, since another worker may have taken over the slot', () => {
  expect(since({ counts: [5, 2], sumMs: 9 }, { counts: [3, 2], sumMs: 4 })).toEqual({ counts: [2, 0], sumMs: 5 })
  expect(since({ counts: [1], sumMs: 1 }, { counts: [3], sumMs: 4 })).toEqual({ counts: [0], sumMs: 0 })
  expect(since(undefined, undefined)).toEqual({ counts: [], sumMs: 0 })
})

test('a quantile lies within its bucket, in proportion; beyond the last bound it is that bound', () => {
  const counts = new Array<number>(BOUNDS_MS.length + 1).fill(0)
  expect(quantileMs(counts, 0.5)).toBeUndefined()
  counts[3] = 10 // 5 to 10 ms
  expect(quantileMs(counts, 0.5)).toBe(7.5)
  expect(quantileMs(counts, 1)).toBe(10)
  counts[BOUNDS_MS.length] = 90
  expect(quantileMs(counts, 0.99)).toBe(BOUNDS_MS.at(-1))
  expect(quantileMs([4], 0.25)).toBe(0.25)
})
