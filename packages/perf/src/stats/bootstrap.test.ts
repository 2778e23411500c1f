import { seeded } from '@arlen/core/seeded'
import { describe, expect, test } from 'vitest'
import { medianInterval } from './bootstrap.ts'
import { median, quantile } from './median.ts'

/** Normal numbers by Box and Muller. */
function normals(seed: number): () => number {
  const random = seeded(seed)
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}

test('the median is the middle, or between the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})

test('a quantile lies between its neighbors in proportion', () => {
  expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20)
  expect(quantile([0, 10], 0.95)).toBeCloseTo(9.5)
  expect(quantile([7], 0.99)).toBe(7)
})

describe('the interval of a median', () => {
  test('is the same for the same samples and seed, and another for another seed', () => {
    const groups = [Array.from({ length: 20 }, normals(1))]
    expect(medianInterval(groups)).toEqual(medianInterval(groups))
    expect(medianInterval(groups, { seed: 2, resamples: 20 })).not.toEqual(medianInterval(groups))
  })

  test('is about 1.96 times 1.25 σ / √n to each side, as theory has it for normal samples', () => {
    const normal = normals(3)
    const widths = Array.from({ length: 40 }, () => {
      const { low, high } = medianInterval([Array.from({ length: 100 }, normal)], { resamples: 400 })
      return (high - low) / 2
    })
    expect(median(widths)).toBeGreaterThan(0.7 * ((1.96 * 1.2533) / 10))
    expect(median(widths)).toBeLessThan(1.3 * ((1.96 * 1.2533) / 10))
  })

  test('holds the true median in 95 of 100 cases or nearly so', () => {
    const normal = normals(5)
    const cases = Array.from({ length: 300 }, () => [Array.from({ length: 30 }, () => 10 + normal())])
    const held = cases.filter(groups => {
      const { low, high } = medianInterval(groups, { resamples: 400 })
      return low <= 10 && high >= 10
    })
    expect(held.length / cases.length).toBeGreaterThan(0.9)
    expect(held.length / cases.length).toBeLessThan(0.99)
  })

  test('covers what groups differ by: five of one kind and five of another are no ten samples', () => {
    const near = [1.0, 1.001, 0.999, 1.0, 1.001]
    const far = near.map(value => value + 0.1)
    const grouped = medianInterval([near, far, near, far])
    expect(grouped.low).toBeCloseTo(1, 1)
    expect(grouped.high - grouped.low).toBeGreaterThan(0.09)
  })

  test('one wild sample does not move it', () => {
    const calm = [1, 1.01, 0.99, 1.02, 0.98, 1, 1.01, 0.99, 1, 1]
    expect(medianInterval([[...calm, 50]]).high).toBeLessThan(1.05)
  })
})
