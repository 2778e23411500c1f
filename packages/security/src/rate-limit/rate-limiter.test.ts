import { describe, expect, test } from 'vitest'
import { checkRateLimit, createRateLimiter } from './rate-limiter.ts'

const MiB = 1024 * 1024

describe('a rate limiter in memory', () => {
  test('counts each key by itself', () => {
    const limiter = createRateLimiter({ limit: 2, windowMs: 1000, now: () => 0 })
    expect(limiter.consume('a')).toMatchObject({ allowed: true, remaining: 1, retryAfterMs: 0 })
    expect(limiter.consume('a').allowed).toBe(true)
    const refused = limiter.consume('a')
    expect(refused).toMatchObject({ allowed: false, remaining: 0 })
    expect(refused.retryAfterMs).toBeGreaterThan(0)
    expect(limiter.consume('b').allowed).toBe(true)
    limiter.reset('a')
    expect(limiter.consume('a').allowed).toBe(true)
  })

  test('does not mix up keys that are alike', () => {
    const limiter = createRateLimiter({ limit: 1, windowMs: 1000, now: () => 0 })
    const keys = ['', 'a', 'aa', 'aaa', 'a\u0000', '\u0000a', 'ab', 'ba', '\u0061\u0001', 'é', 'e\u0301', '1', '01']
    for (let i = 0; i < 50_000; i++) keys.push(`10.${i >> 8}.${i & 255}.1`)
    expect(keys.filter(key => limiter.consume(key).allowed)).toHaveLength(keys.length)
    expect(keys.filter(key => limiter.consume(key).allowed)).toEqual([])
  })

  test('a million keys cost less than 64 MiB', () => {
    let now = 0
    // The algorithm with the widest rows.
    const limiter = createRateLimiter({ limit: 5, windowMs: 60_000, maxKeys: 1_000_000, now: () => now })
    for (let i = 0; i < 1_000_000; i++) {
      now += 0.001
      limiter.consume(`key-${i}`)
    }
    expect(limiter.usage.bytes).toBeLessThan(64 * MiB)
    expect(limiter.usage.keys).toBeGreaterThan(900_000)
  })

  test('never frees a blocked key, however many others come', () => {
    const limiter = createRateLimiter({ limit: 3, windowMs: 60_000, maxKeys: 1000, now: () => 0 })
    const blocked = Array.from({ length: 50 }, (_, i) => `attacker-${i}`)
    for (const key of blocked) for (let i = 0; i < 4; i++) limiter.consume(key)
    for (let i = 0; i < 200_000; i++) limiter.consume(`other-${i}`)
    expect(blocked.filter(key => limiter.consume(key).allowed)).toEqual([])
    expect(limiter.usage.keys).toBeLessThanOrEqual(1024)
  })

  test('continues when every row is blocked', () => {
    const limiter = createRateLimiter({ limit: 1, windowMs: 60_000, maxKeys: 8, now: () => 0 })
    const admitted = Array.from({ length: 100 }, (_, i) => limiter.consume(`key-${i}`).allowed)
    expect(admitted.every(Boolean)).toBe(true)
    expect(limiter.consume('key-0').allowed).toBe(false)
  })

  test('takes 16 to 32 bytes a key, and as many rows as the next power of two', () => {
    const bytes = (algorithm: 'fixed-window' | 'sliding-window' | 'token-bucket', maxKeys: number) =>
      createRateLimiter({ limit: 1, windowMs: 10, maxKeys, algorithm }).usage.bytes
    expect(bytes('token-bucket', 1024)).toBe(1024 * 16)
    expect(bytes('fixed-window', 1024)).toBe(1024 * 24)
    expect(bytes('sliding-window', 1024)).toBe(1024 * 32)
    expect(bytes('sliding-window', 1025)).toBe(2048 * 32)
    expect(bytes('sliding-window', 1)).toBe(8 * 32)
  })

  test('remembers the key that came last, however full it is', () => {
    for (let table = 0; table < 100; table++) {
      let now = 0
      const limiter = createRateLimiter({ limit: 3, windowMs: 1000, maxKeys: 32, now: () => now })
      for (let i = 0; i < 100; i++) {
        now += 0.01
        const remaining = [1, 2].map(() => limiter.consume(`key-${table}-${i}`).remaining)
        expect(remaining).toEqual([2, 1])
      }
      expect(limiter.usage.keys).toBe(32)
    }
  })

  test('reuses what has expired', () => {
    let now = 0
    const limiter = createRateLimiter({ limit: 1, windowMs: 10, maxKeys: 64, now: () => now })
    for (let i = 0; i < 10_000; i++) {
      now += 1
      expect(limiter.consume(`key-${i}`).allowed).toBe(true)
      expect(limiter.consume(`key-${i}`).allowed).toBe(false)
    }
  })
})

test.each([
  { limit: 0, windowMs: 1000 },
  { limit: 1.5, windowMs: 1000 },
  { limit: Number.NaN, windowMs: 1000 },
  { limit: 1, windowMs: 0 },
  { limit: 1, windowMs: 1, burst: 0 },
  { limit: 1, windowMs: 1, name: 'a"b' },
  { limit: 1, windowMs: 1, name: '' },
  { limit: 1, windowMs: 1, algorithm: 'leaky' as never },
])('refuses the limit %j', limit => {
  expect(() => checkRateLimit(limit)).toThrow(expect.objectContaining({ code: 'rate_limit_invalid' }))
})
