import { seeded } from '@arlen/core/seeded'
import { describe, expect, test } from 'vitest'
import { type RateAlgorithm, type RateAlgorithmName, rateAlgorithm } from './rate-algorithm.ts'

const NAMES: RateAlgorithmName[] = ['fixed-window', 'sliding-window', 'token-bucket']

function counter(algorithm: RateAlgorithm) {
  const columns = { a: new Float64Array(1), b: new Float64Array(1), c: new Float64Array(1) }
  return {
    take: (now: number, cost = 1) => algorithm.take(columns, 0, cost, now),
    blocked: (now: number) => algorithm.isBlocked(columns, 0, now),
    remaining: (now: number) => algorithm.remaining(columns, 0, now),
    reset: (now: number) => algorithm.resetMs(columns, 0, now),
    retry: (now: number, cost = 1) => algorithm.retryAfterMs(columns, 0, cost, now),
    expiresAt: () => algorithm.expiresAt(columns, 0),
  }
}

describe.each(NAMES)('%s', name => {
  const begin = 500 // inside the first window of the clock
  const fresh = (limit = 10, windowMs = 1000) => counter(rateAlgorithm(name, { limit, windowMs }))

  test('admits the limit at once and refuses the next', () => {
    const it = fresh()
    expect(it.remaining(begin)).toBe(10)
    for (let i = 0; i < 10; i++) expect(it.take(begin)).toBe(true)
    expect(it.take(begin)).toBe(false)
    expect(it.blocked(begin)).toBe(true)
    expect(it.remaining(begin)).toBe(0)
  })

  test('refused requests do not count, so that a client that keeps asking gets in again', () => {
    const it = fresh()
    for (let i = 0; i < 10; i++) it.take(begin)
    for (let i = 0; i < 1000; i++) it.take(begin + i / 10)
    expect(it.take(begin + 2000)).toBe(true)
  })

  test('says when to come back, neither too early nor late', () => {
    const it = fresh()
    for (let i = 0; i < 10; i++) it.take(begin + i)
    const now = begin + 20
    const wait = it.retry(now)
    expect(wait).toBeGreaterThan(0)
    expect(it.take(now + wait - 1)).toBe(false)
    expect(it.take(now + wait + 0.001)).toBe(true)
    expect(it.retry(now + 60_000)).toBe(0)
  })

  test('says when to come back wherever in its windows it was used, whatever is asked for', () => {
    const random = seeded(5)
    for (let round = 0; round < 300; round++) {
      const it = fresh(10, 1000)
      let now = begin
      for (let i = 0; i < 40; i++) {
        now += Math.floor(random() * 300)
        it.take(now, 1 + Math.floor(random() * 4))
      }
      const cost = 1 + Math.floor(random() * 10)
      const wait = it.retry(now, cost)
      if (wait === 0) continue
      expect(wait).toBeLessThanOrEqual(2000)
      if (wait > 1) expect(it.take(now + wait - 1, cost)).toBe(false)
      expect(it.take(now + wait + 0.001, cost)).toBe(true)
    }
  })

  test('is empty again after its reset, and then says no more than an untouched row', () => {
    const it = fresh()
    for (let i = 0; i < 10; i++) it.take(begin)
    const full = begin + it.reset(begin)
    expect(it.remaining(full)).toBe(10)
    expect(it.expiresAt()).toBeLessThanOrEqual(full)
    expect(it.reset(full)).toBe(0)
  })

  test('counts costs, and refuses one that can never fit', () => {
    const it = fresh()
    expect(it.take(begin, 7)).toBe(true)
    expect(it.take(begin, 4)).toBe(false)
    expect(it.take(begin, 3)).toBe(true)
    expect(fresh().take(begin, 11)).toBe(false)
    expect(fresh().retry(begin, 11)).toBeGreaterThan(0)
  })

  test('admits, over a long time of constant pressure, what the limit allows', () => {
    const it = fresh(7, 300)
    let admitted = 0
    for (let now = begin; now < begin + 30_000; now += 3) if (it.take(now)) admitted++
    expect(admitted).toBeGreaterThanOrEqual(7 * 100 * 0.8)
    expect(admitted).toBeLessThanOrEqual(7 * 100 + 7)
  })
})

test('a fixed window lets two bursts meet, a sliding one does not', () => {
  const burst = (name: RateAlgorithmName) => {
    const it = counter(rateAlgorithm(name, { limit: 10, windowMs: 1000 }))
    it.take(1_000_000)
    let admitted = 0
    for (const now of [1_000_990, 1_001_010]) for (let i = 0; i < 10; i++) if (it.take(now)) admitted++
    return admitted
  }
  expect(burst('fixed-window')).toBe(19)
  expect(burst('sliding-window')).toBeLessThanOrEqual(10)
})

test('a token bucket takes a burst and then a steady flow', () => {
  const it = counter(rateAlgorithm('token-bucket', { limit: 60, windowMs: 60_000, burst: 5 }))
  for (let i = 0; i < 5; i++) expect(it.take(0)).toBe(true)
  expect(it.take(0)).toBe(false)
  expect(it.retry(0)).toBe(1000)
  expect(it.take(1000)).toBe(true)
  expect(it.take(1000)).toBe(false)
})
