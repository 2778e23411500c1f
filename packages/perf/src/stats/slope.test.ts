import { seeded } from '@arlen/core/seeded'
import { expect, test } from 'vitest'
import { slopeInterval } from './slope.ts'

test('the slope of points on a line is that of the line', () => {
  const points = Array.from({ length: 10 }, (_, at) => [at * 100, 5_000 + at * 100 * 3] as const)
  expect(slopeInterval(points)).toEqual({ estimate: 3, low: 3, high: 3 })
})

test('outliers do not move it', () => {
  const points = Array.from({ length: 21 }, (_, at) => [at, at === 5 || at === 15 ? 1_000 : 2 * at] as const)
  expect(slopeInterval(points).estimate).toBe(2)
})

test('the interval holds the true slope 99 times of 100 or nearly so, and that of no slope holds 0', () => {
  const random = seeded(7)
  const held = Array.from({ length: 200 }, () => {
    const points = Array.from({ length: 20 }, (_, at) => [at, 4 * at + 30 * (random() - 0.5)] as const)
    const { low, high } = slopeInterval(points)
    return low <= 4 && high >= 4
  })
  expect(held.filter(Boolean).length).toBeGreaterThanOrEqual(194)
  const flat = slopeInterval(Array.from({ length: 20 }, (_, at) => [at, random()] as const))
  expect(flat.low).toBeLessThan(0)
  expect(flat.high).toBeGreaterThan(0)
})
