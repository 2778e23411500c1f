import { seeded } from '@arlen/core/seeded'
import { describe, expect, test } from 'vitest'
import { compare, type Pairs } from './comparison.ts'

/** Pairs in groups of five whose ratio lies about `ratio`, give or take `noise` to each side. */
function pairs(ratio: number, noise: number, groups = 4, seed = 1): Pairs {
  const random = seeded(seed)
  return Array.from({ length: groups }, () =>
    Array.from({ length: 5 }, () => [100 * ratio * (1 + noise * (2 * random() - 1)), 100] as const),
  )
}

describe('a comparison', () => {
  test('of the same is no loss, and says by how much it may be one', () => {
    expect(compare(pairs(1, 0.01), pairs(1, 0.01, 4, 2))).toMatchObject({ outcome: 'ok', limit: 0.05 })
  })

  test('of 10 % more on a quiet machine is a loss', () => {
    const compared = compare(pairs(1.1, 0.02), pairs(1, 0.02, 4, 2))
    expect(compared).toMatchObject({ outcome: 'loss', candidate: expect.closeTo(110, 0), baseline: 100 })
    expect(compared.ratio.low).toBeGreaterThan(1 + compared.limit)
  })

  test('of 10 % less is no loss', () => {
    expect(compare(pairs(0.9, 0.02), pairs(1, 0.02, 4, 2)).outcome).toBe('ok')
  })

  test('of 10 % more is undecided where the baseline differs from itself by as much', () => {
    const compared = compare(pairs(1.1, 0.15), pairs(1.04, 0.15, 4, 2))
    expect(compared.limit).toBeGreaterThan(0.1)
    expect(compared.outcome).not.toBe('loss')
  })

  test('is undecided where the limit lies in the interval', () => {
    expect(compare(pairs(1.05, 0.04), pairs(1, 0.005, 4, 2)).outcome).toBe('undecided')
  })

  test('is not called the same where the noise would hide a loss of 30 %', () => {
    const compared = compare(pairs(1, 0.5), pairs(1.1, 0.5, 4, 2))
    expect(compared.limit).toBeGreaterThan(0.3)
    expect(compared.outcome).toBe('undecided')
  })

  test('of the same cries wolf in none of 120 cases, however noisy', () => {
    const outcomes = Array.from({ length: 120 }, (_, seed) => {
      const noise = 0.02 + (seed % 10) * 0.04
      return compare(pairs(1, noise, 3, 2 * seed + 10), pairs(1, noise, 3, 2 * seed + 11)).outcome
    })
    expect(outcomes).not.toContain('loss')
  })
})
