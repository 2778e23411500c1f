import { expect, test } from 'vitest'
import { BatchSize } from './batch-size.ts'

/** The sizes of batches of rows that have so many bytes each. */
function sizes(bytesOf: (batch: number) => number, batches: number, given?: number): number[] {
  let read = 1_000
  const size = new BatchSize(given, () => read)
  return Array.from({ length: batches }, (_, batch) => {
    const { rows } = size
    read += rows * bytesOf(batch)
    size.learn(rows)
    return rows
  })
}

test('batches of short rows double, up to a number', () => {
  expect(sizes(() => 20, 7)).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000])
})

test('batches of long rows have 128 KiB, and at least one row', () => {
  expect(sizes(() => 1_024, 3)).toEqual([100, 128, 128])
  expect(sizes(() => 5_000_000, 3)).toEqual([100, 1, 1])
})

test('a long row after short ones makes the next batch short', () => {
  expect(sizes(batch => (batch === 2 ? 131_072 : 128), 5)).toEqual([100, 200, 400, 1, 2])
})

test('a number that is given stays, and an empty batch says nothing', () => {
  expect(sizes(() => 1_000_000, 3, 7)).toEqual([7, 7, 7])
  const size = new BatchSize(undefined, () => 0)
  size.learn(0)
  expect(size.rows).toBe(100)
})
