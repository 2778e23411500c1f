import { expect, test } from 'vitest'
import { seeded, seededBelow } from './seeded.ts'

const take = (next: () => number, count: number) => Array.from({ length: count }, next)

test('the same seed gives the same numbers, another seed others', () => {
  expect(take(seeded(7), 100)).toEqual(take(seeded(7), 100))
  expect(take(seeded(7), 10)).not.toEqual(take(seeded(8), 10))
  expect(take(seeded(2 ** 32 + 7), 10)).toEqual(take(seeded(7), 10))
})

test('numbers are spread evenly from 0 up to 1, whole ones up to the limit', () => {
  const numbers = take(seeded(1), 10_000)
  expect(numbers.every(number => number >= 0 && number < 1)).toBe(true)
  expect(numbers.reduce((sum, number) => sum + number, 0) / 10_000).toBeCloseTo(0.5, 1)
  const below = seededBelow(1)
  const counts = [0, 0, 0, 0, 0]
  for (let i = 0; i < 10_000; i++) counts[below(5)]! += 1
  for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200)
})
