import type { Logger } from '@arlen/core'
import { describe, expect, test, vi } from 'vitest'
import { rateLimitFallbacks } from '../rate-limit/fallbacks.ts'
import type { CheckedRateLimit, RateDecision } from '../rate-limit/rate-limiter.ts'
import { createRatePrimary, type RatePrimary } from '../rate-limit/rate-primary.ts'
import type { RateStore } from '../rate-limit/rate-store.ts'
import { unpackDecision } from '../rate-limit/worker-messages.ts'
import { createLoginThrottle } from './login-throttle.ts'

function throttle(options = {}) {
  let now = 0
  const it = createLoginThrottle({ now: () => now, ...options })
  return {
    attempt: async (account: string, address: string, device?: string) =>
      (await it.attempt(account, address, { device })) === 0,
    wait: (account: string, address: string) => it.attempt(account, address),
    succeeded: (account: string, address: string, device?: string) => it.succeeded(account, address, { device }),
    later: (ms: number) => {
      now += ms
    },
  }
}

describe('the login throttle', () => {
  test('lets an address guess five times at an account, and says how long to wait', async () => {
    const it = throttle()
    for (let i = 0; i < 5; i++) expect(await it.attempt('ada@x.example', '192.0.2.1')).toBe(true)
    const wait = await it.wait('ada@x.example', '192.0.2.1')
    expect(wait).toBeGreaterThan(60_000)
    expect(wait).toBeLessThanOrEqual(30 * 60_000)
    it.later(wait + 1)
    expect(await it.attempt('ada@x.example', '192.0.2.1')).toBe(true)
  })

  test('does not let one attacker lock an account for all others', async () => {
    const it = throttle()
    for (let i = 0; i < 1000; i++) await it.attempt('ada', '203.0.113.9')
    expect(await it.attempt('ada', '192.0.2.1')).toBe(true)
  })

  test('counts an address over all accounts, and an IPv6 network as one address', async () => {
    const it = throttle()
    let admitted = 0
    for (let i = 0; i < 200; i++) if (await it.attempt(`user-${i}`, `2001:db8:1:2::${i.toString(16)}`)) admitted++
    expect(admitted).toBe(50)
  })

  test('counts an account over all addresses', async () => {
    const it = throttle()
    let admitted = 0
    for (let i = 0; i < 5000; i++) if (await it.attempt('ada', `10.${i >> 8}.${i & 255}.1`)) admitted++
    expect(admitted).toBe(100)
  })

  test('knows an account in every spelling', async () => {
    const it = throttle({ pair: { limit: 1, windowMs: 1000 } })
    expect(await it.attempt('Ada@X.example', 'a')).toBe(true)
    for (const name of ['ada@x.example', ' ADA@x.example', '\uff41da@x.example'])
      expect(await it.attempt(name, 'a')).toBe(false)
  })

  test('a refused attempt gets back what it took from the limits before, and no more', async () => {
    const it = throttle({
      pair: { limit: 3, windowMs: 60 * 60_000 },
      address: { limit: 2, windowMs: 1000 },
      networks: { ipv4: [{ prefix: 32, times: 1 }], ipv6: [{ prefix: 64, times: 1 }] },
    })
    for (let i = 0; i < 2; i++) expect(await it.attempt('ada', '192.0.2.1')).toBe(true)
    for (let i = 0; i < 5; i++) expect(await it.attempt('ada', '192.0.2.1')).toBe(false)
    it.later(2001)
    expect(await it.attempt('ada', '192.0.2.1')).toBe(true)
    expect(await it.attempt('ada', '192.0.2.1')).toBe(false)
    expect(await it.attempt('bob', '192.0.2.1')).toBe(true)
  })

  test('an address that has succeeded is known for thirty days, and does not share the limit of the account', async () => {
    const thirtyDays = 30 * 24 * 60 * 60_000
    const it = throttle({ account: { limit: 1, windowMs: 1000 } })
    const exhaust = () => it.attempt('ada', '198.51.100.1')
    const home = () => it.attempt('ada', 'home')
    await it.succeeded('ada', 'home')
    await exhaust()
    expect(await it.attempt('ada', '203.0.113.9')).toBe(false)
    expect(await home()).toBe(true)
    it.later(thirtyDays - 1)
    await exhaust()
    expect(await home()).toBe(true)
    it.later(1)
    await exhaust()
    expect(await home()).toBe(false)
  })

  test('knows no address where that is switched off', async () => {
    const it = throttle({ account: { limit: 1, windowMs: 1000 }, knownAddressMs: 0 })
    await it.succeeded('ada', 'home')
    await it.attempt('ada', '198.51.100.1')
    expect(await it.attempt('ada', 'home')).toBe(false)
  })

  test('a success gives the owner back what the failures had cost', async () => {
    const it = throttle()
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 5; i++) expect(await it.attempt('ada', 'home')).toBe(true)
      await it.succeeded('ada', 'home')
    }
  })

  describe('counts networks too', () => {
    const guessFrom = async (addresses: string[]) => {
      const it = throttle()
      let admitted = 0
      for (const address of addresses) {
        for (let guess = 0; guess < 5; guess++) if (await it.attempt('ada', address)) admitted++
      }
      return { it, admitted }
    }
    const range = (count: number, address: (i: number) => string) => Array.from({ length: count }, (_, i) => address(i))

    test.each<[string, string[], number]>([
      ['one IPv6 /64', range(20, i => `2001:db8:1:100::${(i + 1).toString(16)}`), 5],
      ['twenty /64s of one /56', range(20, i => `2001:db8:1:1${i.toString(16).padStart(2, '0')}::1`), 10],
      ['two hundred /56s of one /48', range(200, i => `2001:db8:1:${i.toString(16)}00::1`), 20],
      ['one IPv4 address, in both spellings', range(20, i => (i % 2 ? '192.0.2.7' : '::ffff:192.0.2.7')), 5],
      ['a whole IPv4 /24', range(256, i => `192.0.2.${i}`), 20],
    ])('%s cannot lock the owner out', async (_, addresses, most) => {
      const { it, admitted } = await guessFrom(addresses)
      expect(admitted).toBe(most)
      expect(await it.attempt('ada', '198.51.100.1')).toBe(true)
      expect(await it.attempt('ada', '2001:db8:2::1')).toBe(true)
    })

    test('over all accounts', async () => {
      const it = throttle()
      let admitted = 0
      for (let i = 0; i < 1000; i++) if (await it.attempt(`user-${i}`, `192.0.2.${i & 255}`)) admitted++
      expect(admitted).toBe(200)
    })

    test('and what is refused by a wide one costs the narrow ones nothing', async () => {
      const { it } = await guessFrom(range(16, i => `192.0.2.${i}`))
      for (let i = 0; i < 10; i++) expect(await it.attempt('ada', '192.0.2.200')).toBe(false)
      it.later(2 * 60 * 60_000 + 1)
      for (let i = 0; i < 5; i++) expect(await it.attempt('ada', '192.0.2.200')).toBe(true)
    })

    test('that an application names', async () => {
      const networks = { ipv4: [{ prefix: 16, times: 1 }], ipv6: [{ prefix: 32, times: 1 }] } as const
      const it = throttle({ networks })
      for (let i = 0; i < 5; i++) expect(await it.attempt('ada', `192.0.${i}.1`)).toBe(true)
      expect(await it.attempt('ada', '192.0.9.9')).toBe(false)
      expect(await it.attempt('ada', '192.1.9.9')).toBe(true)
    })

    test.each<[string, object]>([
      ['no networks', { ipv4: [] }],
      ['an invalid prefix', { ipv4: [{ prefix: 33, times: 1 }] }],
      ['half a bit', { ipv6: [{ prefix: 63.5, times: 1 }] }],
      ['networks of half the world', { ipv4: [{ prefix: 7, times: 1 }] }],
      ['half an attempt', { ipv4: [{ prefix: 32, times: 1.5 }] }],
      [
        'one network twice',
        {
          ipv4: [
            { prefix: 32, times: 1 },
            { prefix: 32, times: 2 },
          ],
        },
      ],
      [
        'networks in the wrong order',
        {
          ipv6: [
            { prefix: 48, times: 1 },
            { prefix: 64, times: 2 },
          ],
        },
      ],
      [
        'a wide network that may less',
        {
          ipv4: [
            { prefix: 32, times: 4 },
            { prefix: 24, times: 1 },
          ],
        },
      ],
      ['a network that may nothing', { ipv4: [{ prefix: 32, times: 0 }] }],
    ])('and refuses %s', (_, changed) => {
      const networks = { ipv4: [{ prefix: 32, times: 1 }], ipv6: [{ prefix: 64, times: 1 }], ...changed }
      expect(() => createLoginThrottle({ networks: networks as never })).toThrow(
        expect.objectContaining({ code: 'login_networks_invalid' }),
      )
    })
  })

  describe('does not count with strangers', () => {
    async function besieged() {
      const it = throttle()
      await it.attempt('ada', '198.51.100.7')
      await it.succeeded('ada', '198.51.100.7')
      for (let i = 0; i < 3000; i++) await it.attempt('ada', `10.${i >> 4}.${i & 15}.1`)
      expect(await it.attempt('ada', '203.0.113.1')).toBe(false)
      return it
    }

    test('a device that has logged in before, wherever it is', async () => {
      const it = await besieged()
      expect(await it.attempt('ada', '10.0.0.1', 'phone')).toBe(true)
      await it.succeeded('ada', '10.0.0.1', 'phone')
      let admitted = 0
      for (let i = 0; i < 50; i++) if (await it.attempt('ada', '10.0.0.1', 'phone')) admitted++
      expect(admitted).toBe(10)
      expect(await it.attempt('ada', '10.0.0.1', 'laptop')).toBe(true)
    })

    test('an address that has logged in before, and no other account or address for it', async () => {
      const it = await besieged()
      for (let i = 0; i < 5; i++) expect(await it.attempt('ada', '198.51.100.7')).toBe(true)
      expect(await it.attempt('ada', '198.51.100.7')).toBe(false)
      expect(await it.attempt('ada', '198.51.100.8')).toBe(false)
      it.later(31 * 24 * 60 * 60_000)
      for (let i = 0; i < 3000; i++) await it.attempt('ada', `10.${i >> 4}.${i & 15}.1`)
      expect(await it.attempt('ada', '198.51.100.7')).toBe(false)
    })
  })

  test('a success costs nothing: an office behind one address logs in together', async () => {
    const it = throttle()
    for (let i = 0; i < 500; i++) {
      expect(await it.attempt(`user-${i}`, '192.0.2.1')).toBe(true)
      await it.succeeded(`user-${i}`, '192.0.2.1')
    }
    let admitted = 0
    for (let i = 0; i < 200; i++) if (await it.attempt(`victim-${i}`, '192.0.2.1')) admitted++
    expect(admitted).toBe(50)
  })

  test('has the limits and windows that its options name as defaults', async () => {
    const rules: Record<string, [limit: number, windowMs: number]> = {}
    const consume: RateStore['consume'] = async rule => {
      rules[rule.name] = [rule.limit, rule.windowMs]
      return { allowed: true, remaining: 1, resetMs: 0, retryAfterMs: 0 }
    }
    const it = createLoginThrottle({ store: { consume, reset: async () => undefined } })
    await it.attempt('ada', '192.0.2.1')
    await it.attempt('ada', '2001:db8::1')
    await it.attempt('ada', '192.0.2.1', { device: 'phone' })
    const [quarter, hour] = [900_000, 3_600_000]
    expect(rules).toEqual({
      'login-pair-1': [5, quarter],
      'login-wide-2': [10, hour],
      'login-wide-4': [20, hour],
      'login-address-1': [50, quarter],
      'login-address-2': [100, quarter],
      'login-address-4': [200, quarter],
      'login-account': [100, hour],
      'login-device': [10, quarter],
      'login-known': [1, 30 * 24 * hour],
    })
  })

  test('counts a name of any length in little time', async () => {
    const it = throttle()
    const long = '\u0315\u0300'.repeat(500_000)
    const before = process.cpuUsage()
    for (let i = 0; i < 5; i++) await it.attempt(long, '192.0.2.1')
    expect(process.cpuUsage(before).user).toBeLessThan(1_000_000)
  })
})

describe('login throttles of two workers', () => {
  const store = (primary: RatePrimary, delayMs = 0): RateStore => {
    const later = () => new Promise(resolve => setTimeout(resolve, delayMs))
    return {
      consume: async (rule, key, cost) => {
        await later()
        return ask(primary, rule, key, cost)
      },
      reset: async (rule, key) => void ask(primary, rule, key, null),
    }
  }

  test('count together', async () => {
    const shared = store(createRatePrimary())
    const [one, two] = [createLoginThrottle({ store: shared }), createLoginThrottle({ store: shared })]
    for (let i = 0; i < 5; i++) expect(await (i % 2 ? one : two).attempt('ada', 'home')).toBe(0)
    expect(await one.attempt('ada', 'home')).toBeGreaterThan(0)
    await two.succeeded('ada', 'home')
    expect(await one.attempt('ada', 'home')).toBe(0)
  })

  test('wait for a primary that is busy, and let no guess through twice', async () => {
    const shared = store(createRatePrimary(), 80)
    const throttles = [createLoginThrottle({ store: shared }), createLoginThrottle({ store: shared })]
    const waits = await Promise.all(Array.from({ length: 20 }, (_, i) => throttles[i % 2]!.attempt('ada', '192.0.2.1')))
    expect(waits.filter(wait => wait === 0)).toHaveLength(5)
  })

  test('refuse with 503 while the store is away, log and count it, and resume when it is back', async () => {
    const log = { error: vi.fn(), info: vi.fn() }
    const primary = createRatePrimary()
    const [working, away] = [store(primary), () => Promise.reject(new Error('away'))]
    let current = { consume: away, reset: away } as RateStore
    const shared: RateStore = {
      consume: (rule, key, cost) => current.consume(rule, key, cost),
      reset: (rule, key) => current.reset(rule, key),
    }
    const it = createLoginThrottle({ name: 'outage', store: shared, log: log as unknown as Logger })
    for (let i = 0; i < 3; i++) {
      await expect(it.attempt('ada', '192.0.2.1')).rejects.toMatchObject({
        status: 503,
        code: 'rate_limit_unavailable',
      })
    }
    expect(log.error).toHaveBeenCalledTimes(1)
    expect(log.error.mock.calls[0]![0]).toMatchObject({ limit: 'outage-known', err: { message: 'away' } })
    expect(rateLimitFallbacks()).toMatchObject({ 'outage-known': 3 })
    current = working
    expect(await it.attempt('ada', '192.0.2.1')).toBe(0)
    expect(log.info).toHaveBeenCalledWith(expect.objectContaining({ fallbacks: 3 }), expect.any(String))
  })

  test('are a process warning if there is no log', async () => {
    const away = () => Promise.reject(new Error('away'))
    const emitWarning = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined)
    try {
      const it = createLoginThrottle({ store: { consume: away, reset: away } })
      await expect(it.attempt('ada', '192.0.2.1')).rejects.toMatchObject({ status: 503 })
      expect(emitWarning).toHaveBeenCalledWith(expect.stringContaining('away'), { code: 'ARLEN_LOGIN_LIMITS' })
    } finally {
      emitWarning.mockRestore()
    }
  })
})

function ask(primary: RatePrimary, rule: CheckedRateLimit, key: string, cost: number | null): RateDecision {
  let decision: RateDecision | undefined
  const question = { arlenRateLimit: 1, question: 0, rules: [rule], items: [[0, key, cost]] }
  primary.handle(question, ({ decisions }) => {
    decision = unpackDecision(decisions[0]!)
  })
  return decision!
}
