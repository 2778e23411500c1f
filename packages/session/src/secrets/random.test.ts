import { expect, test } from 'vitest'
import { randomInto, randomToken } from './random.ts'

test('never hands out the same bytes twice, also across the refill of the pool', () => {
  const seen = new Set(Array.from({ length: 20_000 }, () => randomToken(16)))
  expect(seen.size).toBe(20_000)
  for (const token of seen) expect(token).toMatch(/^[\w-]{22}$/)
})

test('fills targets whose length does not divide the pool', () => {
  for (const length of [1, 12, 31, 6144, 7]) {
    const target = new Uint8Array(length)
    randomInto(target)
    if (length > 8) expect(target.some(byte => byte !== 0)).toBe(true)
    expect(target).toHaveLength(length)
  }
})
