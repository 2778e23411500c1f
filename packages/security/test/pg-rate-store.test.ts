import { describe, expect, test } from 'vitest'
import { createPgRateStore, type RateAlgorithmName, rateLimit } from '../src/index.ts'
import { checkRateLimit } from '../src/rate-limit/rate-limiter.ts'
import { start } from './app.ts'
import { rateLimitDatabase } from './rate-limit-database.ts'

const database = rateLimitDatabase()

const hour = 60 * 60 * 1000
const ALGORITHMS: RateAlgorithmName[] = ['fixed-window', 'sliding-window', 'token-bucket']

describe.each(ALGORITHMS)('a %s in PostgreSQL', algorithm => {
  test('admits exactly the limit of many machines that ask at the same time', async () => {
    const rule = checkRateLimit({ name: 'r', limit: 25, windowMs: hour, algorithm })
    const stores = Array.from({ length: 4 }, () => createPgRateStore(database.pg))
    const decisions = await Promise.all(Array.from({ length: 100 }, (_, i) => stores[i % 4]!.consume(rule, 'key', 1)))
    expect(decisions.filter(({ allowed }) => allowed)).toHaveLength(25)
    const refused = decisions.filter(({ allowed }) => !allowed)
    for (const { retryAfterMs, remaining } of refused) {
      expect(retryAfterMs).toBeGreaterThan(0)
      expect(retryAfterMs).toBeLessThanOrEqual(2 * hour)
      expect(remaining).toBe(0)
    }
    expect(decisions.map(({ remaining }) => remaining)).toContain(24)
  })

  test('keeps rules and keys apart, counts costs, and what is refused is not counted', async () => {
    const store = createPgRateStore(database.pg)
    const rule = checkRateLimit({ name: 'r', limit: 3, windowMs: hour, algorithm })
    const other = checkRateLimit({ ...rule, name: 'other' })
    expect((await store.consume(rule, 'a', 4)).allowed).toBe(false)
    expect((await store.consume(rule, 'a', 2)).allowed).toBe(true)
    expect((await store.consume(rule, 'a', 2)).allowed).toBe(false)
    expect((await store.consume(rule, 'a', 1)).allowed).toBe(true)
    expect((await store.consume(rule, 'b', 3)).allowed).toBe(true)
    expect((await store.consume(other, 'a', 3)).allowed).toBe(true)
  })

  test('admits again when the time has passed', async () => {
    const store = createPgRateStore(database.pg)
    const rule = checkRateLimit({ name: 'r', limit: 2, windowMs: hour, algorithm })
    for (let i = 0; i < 3; i++) await store.consume(rule, 'a', 1)
    await database.pg.execute(
      `update arlen_rate_limits set a = a - $1::float8, expires_at = expires_at - interval '3 h'`,
      [3 * hour],
    )
    expect(await store.consume(rule, 'a', 2)).toMatchObject({ allowed: true, remaining: 0 })
    expect(await store.removeExpired()).toBe(0)
    await database.pg.execute(`update arlen_rate_limits set expires_at = now() - interval '1 s'`)
    expect(await store.removeExpired()).toBe(1)
  })
})

describe('a statement that has waited for the row, and read the clock before others did,', () => {
  const ahead = (ms: number) =>
    database.pg.execute('update arlen_rate_limits set a = a + $1::float8, b = b + $1::float8', [ms])

  test('takes a whole token from the bucket, and no more', async () => {
    const store = createPgRateStore(database.pg)
    const rule = checkRateLimit({ name: 'r', limit: 3, windowMs: hour, algorithm: 'token-bucket' })
    expect(await store.consume(rule, 'a', 1)).toMatchObject({ remaining: 2 })
    await ahead(60_000)
    expect(await store.consume(rule, 'a', 1)).toMatchObject({ allowed: true, remaining: 1 })
    expect(await store.consume(rule, 'a', 1)).toMatchObject({ allowed: true, remaining: 0 })
    expect((await store.consume(rule, 'a', 1)).allowed).toBe(false)
  })

  test('counts in the window that has begun meanwhile', async () => {
    const store = createPgRateStore(database.pg)
    const rule = checkRateLimit({ name: 'r', limit: 3, windowMs: hour, algorithm: 'sliding-window' })
    await store.consume(rule, 'a', 2)
    await database.pg.execute('update arlen_rate_limits set a = a + $1::float8', [hour])
    const window = await database.pg.value('select a from arlen_rate_limits')
    expect(await store.consume(rule, 'a', 1)).toMatchObject({ allowed: true, remaining: 0 })
    expect(await database.pg.value('select a from arlen_rate_limits')).toBe(window)
    expect((await store.consume(rule, 'a', 1)).allowed).toBe(false)
  })
})

test.each(ALGORITHMS)('a %s is not held to what it counted before the clock was set back', async algorithm => {
  const store = createPgRateStore(database.pg)
  const rule = checkRateLimit({ name: 'r', limit: 3, windowMs: hour, algorithm })
  await store.consume(rule, 'a', 3)
  expect((await store.consume(rule, 'a', 1)).allowed).toBe(false)
  const b = algorithm === 'token-bucket' ? 'b + $1::float8' : 'b'
  await database.pg.execute(`update arlen_rate_limits set a = a + $1::float8, b = ${b}`, [3 * hour])
  expect(await store.consume(rule, 'a', 1)).toMatchObject({ allowed: true, remaining: 2 })
  expect(await store.consume(rule, 'a', 1)).toMatchObject({ allowed: true, remaining: 1 })
})

test('two servers count together, and go on by themselves when the database is away', async () => {
  const limit = () => rateLimit({ limit: 4, windowMs: hour, store: createPgRateStore(database.pg), deadlineMs: 2000 })
  await using one = await start(limit(), () => 'ok')
  await using two = await start(limit(), () => 'ok')
  const statuses: number[] = []
  for (let i = 0; i < 3; i++) statuses.push((await one.ask()).status, (await two.ask()).status)
  expect(statuses).toEqual([200, 200, 200, 200, 429, 429])
  await database.pg.execute('alter table arlen_rate_limits rename to away')
  try {
    const alone: number[] = []
    for (let i = 0; i < 5; i++) alone.push((await one.ask()).status)
    expect(alone).toEqual([200, 200, 200, 200, 429])
  } finally {
    await database.pg.execute('alter table away rename to arlen_rate_limits')
  }
})
