import { describe, expect, test } from 'vitest'
import { LoginThrottle } from './login-throttle.ts'

function throttle(options = {}) {
  let now = 0
  const it = new LoginThrottle({ now: () => now, ...options })
  return {
    attempt: (account: string, address: string) => it.attempt(account, address) === 0,
    wait: (account: string, address: string) => it.attempt(account, address),
    succeeded: (account: string, address: string) => it.succeeded(account, address),
    later: (ms: number) => {
      now += ms
    },
  }
}

describe('the login throttle', () => {
  test('lets an address guess five times at an account, and says how long to wait', () => {
    const it = throttle()
    for (let i = 0; i < 5; i++) expect(it.attempt('ada@x.example', '192.0.2.1')).toBe(true)
    const wait = it.wait('ada@x.example', '192.0.2.1')
    expect(wait).toBeGreaterThan(60_000)
    expect(wait).toBeLessThanOrEqual(30 * 60_000)
    it.later(wait + 1)
    expect(it.attempt('ada@x.example', '192.0.2.1')).toBe(true)
  })

  test('does not let one attacker lock an account for everybody else', () => {
    const it = throttle()
    for (let i = 0; i < 1000; i++) it.attempt('ada', '203.0.113.9')
    expect(it.attempt('ada', '192.0.2.1')).toBe(true)
  })

  test('counts an address over all accounts, and an IPv6 network as one address', () => {
    const it = throttle()
    let admitted = 0
    for (let i = 0; i < 200; i++) if (it.attempt(`user-${i}`, `2001:db8:1:2::${i.toString(16)}`)) admitted++
    expect(admitted).toBe(50)
  })

  test('counts an account over all addresses', () => {
    const it = throttle()
    let admitted = 0
    for (let i = 0; i < 500; i++) if (it.attempt('ada', `10.0.${i >> 8}.${i & 255}`)) admitted++
    expect(admitted).toBe(100)
  })

  test('knows an account in every spelling', () => {
    const it = throttle({ pair: { limit: 1, windowMs: 1000 } })
    expect(it.attempt('Ada@X.example', 'a')).toBe(true)
    for (const name of ['ada@x.example', ' ADA@x.example', '\uff41da@x.example'])
      expect(it.attempt(name, 'a')).toBe(false)
  })

  test('a success gives the owner back what the failures had cost', () => {
    const it = throttle()
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 5; i++) expect(it.attempt('ada', 'home')).toBe(true)
      it.succeeded('ada', 'home')
    }
  })
})
