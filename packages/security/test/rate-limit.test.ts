import { createLogger } from '@arlen/core/logger'
import { describe, expect, test } from 'vitest'
import { type RateLimitOptions, type RateStore, rateLimit } from '../src/index.ts'
import { start } from './app.ts'

const hour = 60 * 60 * 1000

describe('a rate limit', () => {
  test('reports what is left, then refuses with a problem and the time to retry', async () => {
    await using app = await start(rateLimit({ name: 'api', limit: 2, windowMs: hour }), () => ({ ok: true }))
    const first = await app.ask()
    expect(first.headers.get('ratelimit-policy')).toBe('"api";q=2;w=3600')
    expect(first.headers.get('ratelimit')).toMatch(/^"api";r=1;t=\d+$/)
    await app.ask()
    const refused = await app.ask()
    expect(refused.status).toBe(429)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(JSON.parse(refused.body)).toMatchObject({ status: 429, code: 'rate_limited' })
    const seconds = Number(refused.headers.get('retry-after'))
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(7200)
    expect(refused.headers.get('ratelimit')).toMatch(/^"api";r=0;t=\d+$/)
  })

  test('counts the address that proxies we trust have seen, not one that a client made up', async () => {
    const limit = rateLimit({ limit: 1, windowMs: hour })
    await using trusting = await start(limit, () => 'ok', { trustedProxies: ['127.0.0.1'] })
    for (let i = 1; i < 6; i++)
      expect((await trusting.ask('/', { 'x-forwarded-for': `192.0.2.${i}` })).status).toBe(200)
    expect((await trusting.ask('/', { 'x-forwarded-for': '10.9.9.9, 192.0.2.1' })).status).toBe(429)
    await using direct = await start(rateLimit({ limit: 1, windowMs: hour }), () => 'ok')
    const statuses = []
    for (let i = 1; i < 4; i++) statuses.push((await direct.ask('/', { 'x-forwarded-for': `192.0.2.${i}` })).status)
    expect(statuses).toEqual([200, 429, 429])
  })

  test('takes 10,000 addresses of one IPv6 network for one client', async () => {
    const limit = rateLimit({ limit: 5, windowMs: hour })
    await using app = await start(limit, () => 'ok', { trustedProxies: ['127.0.0.1'] })
    const statuses = await Promise.all(
      Array.from({ length: 40 }, (_, i) => app.ask('/', { 'x-forwarded-for': `2001:db8:7:7:${i.toString(16)}::1` })),
    )
    expect(statuses.filter(({ status }) => status === 200)).toHaveLength(5)
  })

  test('counts by the result of its key function, or by address if there is none', async () => {
    const options: RateLimitOptions = {
      limit: 1,
      windowMs: hour,
      key: c => c.req.header('x-api-key'),
      skip: c => c.req.path === '/health',
      cost: c => (c.req.path === '/dear' ? 2 : 1),
      headers: false,
    }
    await using app = await start(rateLimit(options), () => 'ok')
    expect((await app.ask('/', { 'x-api-key': 'a' })).status).toBe(200)
    expect((await app.ask('/', { 'x-api-key': 'b' })).status).toBe(200)
    expect((await app.ask('/', { 'x-api-key': 'a' })).status).toBe(429)
    expect((await app.ask('/', { 'x-api-key': '127.0.0.1' })).status).toBe(200)
    const byAddress = await app.ask()
    expect(byAddress.status).toBe(200)
    expect(byAddress.headers.get('ratelimit')).toBeNull()
    expect((await app.ask()).status).toBe(429)
    expect((await app.ask('/health')).status).toBe(200)
    expect((await app.ask('/dear', { 'x-api-key': 'c' })).status).toBe(429)
  })

  test('two limits of one route both count, and both are reported', async () => {
    const [short, long] = [
      rateLimit({ name: 'short', limit: 5, windowMs: 1000 }),
      rateLimit({ name: 'long', limit: 9, windowMs: hour }),
    ]
    await using app = await start(
      next => long(short(next)),
      () => 'ok',
    )
    const { headers } = await app.ask()
    expect(headers.get('ratelimit-policy')).toBe('"long";q=9;w=3600, "short";q=5;w=1')
  })

  test('says so in the log, once, when a proxy that is not trusted makes all clients one', async () => {
    const lines: { msg: string; address?: string }[] = []
    const log = createLogger({
      level: 'error',
      destination: { write: (line: string) => void lines.push(JSON.parse(line)) },
    })
    await using app = await start(rateLimit({ limit: 10_000, windowMs: hour }), () => 'ok', { log })
    for (let i = 0; i < 210; i++) await app.ask('/', { 'x-forwarded-for': `192.0.2.${i}` })
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ address: '127.0.0.1', msg: expect.stringContaining('trustedProxies') })
  })

  test('is quiet about a client that is really one', async () => {
    const lines: unknown[] = []
    const log = createLogger({ level: 'error', destination: { write: (line: string) => void lines.push(line) } })
    await using app = await start(rateLimit({ limit: 10_000, windowMs: hour }), () => 'ok', { log })
    for (let i = 0; i < 110; i++) await app.ask()
    expect(lines).toEqual([])
  })
})

describe('a rate limit with a store', () => {
  const reset = () => Promise.resolve()
  const failing: RateStore = { consume: () => Promise.reject(new Error('connection refused')), reset }
  const hanging: RateStore = { consume: () => new Promise(() => undefined), reset }

  test('does as the store says', async () => {
    const asked: unknown[] = []
    const store: RateStore = {
      reset,
      consume: (rule, key, cost) => {
        asked.push([rule.name, key, cost])
        return Promise.resolve({ allowed: asked.length < 2, remaining: 0, resetMs: 5000, retryAfterMs: 5000 })
      },
    }
    await using app = await start(rateLimit({ name: 'x', limit: 9, windowMs: hour, store }), () => 'ok')
    expect((await app.ask()).status).toBe(200)
    const refused = await app.ask()
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('5')
    expect(asked).toEqual([
      ['x', '127.0.0.1', 1],
      ['x', '127.0.0.1', 1],
    ])
  })

  test.each([
    ['local', failing, [200, 200, 429]],
    ['local', hanging, [200, 200, 429]],
    ['open', failing, [200, 200, 200]],
    ['closed', failing, [503, 503, 503]],
    ['closed', hanging, [503, 503, 503]],
  ] as const)('in an outage decides by its policy: %s', async (onStoreError, store, statuses) => {
    const limit = rateLimit({ limit: 2, windowMs: hour, store, onStoreError })
    await using app = await start(limit, () => 'ok')
    const got = []
    for (let i = 0; i < 3; i++) got.push((await app.ask()).status)
    expect(got).toEqual(statuses)
  })
})

test.each([{ ipv6Prefix: 32 }, { ipv6Prefix: 128 }, { limit: 0 }])('refuses %j at boot', options => {
  expect(() => rateLimit({ limit: 1, windowMs: 1, ...options })).toThrow(
    expect.objectContaining({ code: 'rate_limit_invalid' }),
  )
})
