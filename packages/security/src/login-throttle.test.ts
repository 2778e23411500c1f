import { describe, expect, test } from 'vitest'
import { LoginThrottle } from './login-throttle.ts'
import type { CheckedRateLimit, RateDecision } from './rate-limiter.ts'
import { RatePrimary } from './rate-primary.ts'
import type { RateStore } from './rate-store.ts'
import { unpackDecision } from './worker-messages.ts'

function throttle(options = {}) {
  let now = 0
  const it = new LoginThrottle({ now: () => now, ...options })
  return {
    attempt: async (account: string, address: string) => (await it.attempt(account, address)) === 0,
    wait: (account: string, address: string) => it.attempt(account, address),
    succeeded: (account: string, address: string) => it.succeeded(account, address),
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

  test('does not let one attacker lock an account for everybody else', async () => {
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
    for (let i = 0; i < 500; i++) if (await it.attempt('ada', `10.0.${i >> 8}.${i & 255}`)) admitted++
    expect(admitted).toBe(100)
  })

  test('knows an account in every spelling', async () => {
    const it = throttle({ pair: { limit: 1, windowMs: 1000 } })
    expect(await it.attempt('Ada@X.example', 'a')).toBe(true)
    for (const name of ['ada@x.example', ' ADA@x.example', '\uff41da@x.example'])
      expect(await it.attempt(name, 'a')).toBe(false)
  })

  test('a success gives the owner back what the failures had cost', async () => {
    const it = throttle()
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 5; i++) expect(await it.attempt('ada', 'home')).toBe(true)
      await it.succeeded('ada', 'home')
    }
  })

  test('counts with other processes where there is a store, and alone while it is away', async () => {
    const primary = new RatePrimary()
    const store: RateStore = {
      consume: (rule, key, cost) => Promise.resolve(ask(primary, rule, key, cost)),
      reset: async (rule, key) => void ask(primary, rule, key, null),
    }
    const [one, two] = [new LoginThrottle({ store }), new LoginThrottle({ store })]
    for (let i = 0; i < 5; i++) expect(await (i % 2 ? one : two).attempt('ada', 'home')).toBe(0)
    expect(await one.attempt('ada', 'home')).toBeGreaterThan(0)
    await two.succeeded('ada', 'home')
    expect(await one.attempt('ada', 'home')).toBe(0)
    const away = () => Promise.reject(new Error('away'))
    const alone = new LoginThrottle({ store: { consume: away, reset: away } })
    for (let i = 0; i < 5; i++) expect(await alone.attempt('ada', 'home')).toBe(0)
    expect(await alone.attempt('ada', 'home')).toBeGreaterThan(0)
    await alone.succeeded('ada', 'home')
    expect(await alone.attempt('ada', 'home')).toBe(0)
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
