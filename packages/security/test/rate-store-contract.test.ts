import { beforeEach, describe, expect, test } from 'vitest'
import {
  createLoginThrottle,
  createPgRateStore,
  createRateLimiter,
  type RateAlgorithmName,
  type RateLimiter,
  type RateStore,
} from '../src/index.ts'
import { createRatePrimary } from '../src/primary.ts'
import { type CheckedRateLimit, checkRateLimit } from '../src/rate-limit/rate-limiter.ts'
import { WorkerRateStore } from '../src/rate-limit/worker-rate-store.ts'
import { rateLimitDatabase } from './rate-limit-database.ts'

const database = rateLimitDatabase()

const HOUR = 60 * 60 * 1000
const ALGORITHMS: RateAlgorithmName[] = ['fixed-window', 'sliding-window', 'token-bucket']

/** What counts in one process: a limiter for each rule. */
function inMemory(): RateStore {
  const limiters = new Map<string, RateLimiter>()
  const of = (rule: CheckedRateLimit) => {
    const id = JSON.stringify(rule)
    const limiter = limiters.get(id) ?? createRateLimiter(rule)
    limiters.set(id, limiter)
    return limiter
  }
  return {
    consume: async (rule, key, cost) => of(rule).consume(key, cost),
    reset: async (rule, key) => of(rule).reset(key),
  }
}

/** A worker and its primary, with JSON between them as between processes. */
function ofWorkers(): RateStore {
  const primary = createRatePrimary()
  let receive: (message: unknown) => void = () => undefined
  return new WorkerRateStore({
    send: message =>
      primary.handle(JSON.parse(JSON.stringify(message)), answer => receive(JSON.parse(JSON.stringify(answer)))),
    on: (event: string, listener: (message: unknown) => void) => {
      if (event === 'message') receive = listener
    },
  })
}

const STORES: [string, () => RateStore][] = [
  ['in memory', inMemory],
  ['of workers', ofWorkers],
  ['in PostgreSQL', () => createPgRateStore(() => database.pg)],
]

describe.each(STORES)('a count %s', (_, make) => {
  let store: RateStore
  beforeEach(() => {
    store = make()
  })

  describe.each(ALGORITHMS)('by %s', algorithm => {
    const rule = (limit: number, more: object = {}) =>
      checkRateLimit({ name: 'r', limit, windowMs: HOUR, algorithm, ...more })

    test('admits exactly the limit of many that come at the same time, and says what is left', async () => {
      const decisions = await Promise.all(Array.from({ length: 60 }, () => store.consume(rule(25), 'k', 1)))
      const admitted = decisions.filter(({ allowed }) => allowed)
      expect(admitted.map(({ remaining }) => remaining).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 25 }, (_, i) => i),
      )
      for (const { retryAfterMs, remaining, resetMs } of decisions.filter(({ allowed }) => !allowed)) {
        expect(remaining).toBe(0)
        for (const ms of [retryAfterMs, resetMs]) {
          expect(ms).toBeGreaterThan(0)
          expect(ms).toBeLessThanOrEqual(2 * HOUR)
        }
      }
    })

    test('keeps keys and rules apart: any difference starts a new count', async () => {
      for (const one of [rule(1), rule(2), rule(1, { windowMs: 2 * HOUR }), rule(1, { name: 'other' })]) {
        expect((await store.consume(one, 'k', one.limit)).allowed).toBe(true)
        expect((await store.consume(one, 'k', 1)).allowed).toBe(false)
        expect((await store.consume(one, 'K', 1)).allowed).toBe(true)
      }
    })

    test('counts costs, and what is refused costs nothing', async () => {
      expect((await store.consume(rule(3), 'k', 4)).allowed).toBe(false)
      expect(await store.consume(rule(3), 'k', 2)).toMatchObject({ allowed: true, remaining: 1 })
      expect((await store.consume(rule(3), 'k', 2)).allowed).toBe(false)
      expect(await store.consume(rule(3), 'k', 1)).toMatchObject({ allowed: true, remaining: 0, retryAfterMs: 0 })
    })

    test('looks without counting, also at keys that it never saw', async () => {
      for (let i = 0; i < 3; i++) {
        expect(await store.consume(rule(2), 'k', 0)).toEqual({
          allowed: true,
          remaining: 2,
          resetMs: 0,
          retryAfterMs: 0,
        })
      }
      await store.consume(rule(2), 'k', 1)
      expect(await store.consume(rule(2), 'k', 0)).toMatchObject({ allowed: true, remaining: 1, retryAfterMs: 0 })
      await store.consume(rule(2), 'k', 1)
      const full = await store.consume(rule(2), 'k', 0)
      expect(full).toMatchObject({ allowed: false, remaining: 0 })
      expect(full.retryAfterMs).toBeGreaterThan(0)
    })

    test('gives back, to nothing at most', async () => {
      await store.consume(rule(2), 'k', 2)
      expect(await store.consume(rule(2), 'k', -1)).toMatchObject({ allowed: true, remaining: 1 })
      expect((await store.consume(rule(2), 'k', 1)).allowed).toBe(true)
      for (let i = 0; i < 5; i++) await store.consume(rule(2), 'k', -1)
      expect((await store.consume(rule(2), 'k', 0)).remaining).toBe(2)
      expect((await store.consume(rule(2), 'never seen', -1)).remaining).toBe(2)
      expect((await store.consume(rule(2), 'k', 3)).allowed).toBe(false)
    })

    test('forgets one key of one rule', async () => {
      for (const key of ['a', 'b']) await store.consume(rule(1), key, 1)
      await store.consume(rule(1, { name: 'other' }), 'a', 1)
      await store.reset(rule(1), 'a')
      await store.reset(rule(1), 'never seen')
      expect((await store.consume(rule(1), 'a', 1)).allowed).toBe(true)
      expect((await store.consume(rule(1), 'b', 1)).allowed).toBe(false)
      expect((await store.consume(rule(1, { name: 'other' }), 'a', 1)).allowed).toBe(false)
    })
  })

  test('takes every key: NUL, lone surrogates, the empty string, and strings of any length', async () => {
    const rule = checkRateLimit({ name: 'r', limit: 1, windowMs: HOUR })
    const keys = [
      '',
      '\0',
      'a\0b',
      '\ud800',
      '🔥',
      ' ',
      "'; drop table x; --",
      'x'.repeat(100_000),
      `${'x'.repeat(100_000)}y`,
    ]
    for (const key of keys) expect((await store.consume(rule, key, 1)).allowed).toBe(true)
    for (const key of keys) expect((await store.consume(rule, key, 1)).allowed).toBe(false)
  })
})

test('keys in the table are no addresses, names or tokens', async () => {
  const store = createPgRateStore(database.pg)
  await store.consume(checkRateLimit({ name: 'r', limit: 1, windowMs: HOUR }), '192.0.2.1 ada@shop.example', 1)
  expect(JSON.stringify(await database.pg.many('select * from arlen_rate_limits'))).not.toMatch(/192\.0|ada/)
})

describe.each(STORES)('a login throttle that counts %s', (_, make) => {
  test('throttles guessers and not their victims, whose successes cost nothing', async () => {
    const throttle = createLoginThrottle({ store: make() })
    const attempt = async (address: string, device?: string) =>
      (await throttle.attempt('ada\0', address, { device })) === 0
    expect(await attempt('198.51.100.7')).toBe(true)
    await throttle.succeeded('ada\0', '198.51.100.7')
    let admitted = 0
    for (let i = 0; i < 25; i++) {
      for (let guess = 0; guess < 6; guess++)
        if (await attempt(`2001:db8:1:1${i.toString(16).padStart(2, '0')}::1`)) admitted++
    }
    expect(admitted).toBe(10)
    for (let i = 0; admitted < 100; i++) if (await attempt(`10.${i}.0.1`)) admitted++
    expect(await attempt('203.0.113.9')).toBe(false)
    expect(await attempt('198.51.100.7')).toBe(true)
    expect(await attempt('203.0.113.9', 'phone')).toBe(true)
    for (let i = 0; i < 9; i++) expect(await attempt('203.0.113.9', 'phone')).toBe(true)
    expect(await attempt('203.0.113.9', 'phone')).toBe(false)
    await throttle.succeeded('ada\0', '203.0.113.9', { device: 'phone' })
    expect(await attempt('203.0.113.9', 'phone')).toBe(true)
  })
})
