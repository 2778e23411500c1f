import { describe, expect, test } from 'vitest'
import { MemoryTokenStore, OneTimeTokens, type StoredToken } from './one-time-token.ts'

describe('one-time tokens', () => {
  test('work once, and for one of many who come at the same time', async () => {
    const tokens = new OneTimeTokens({ store: new MemoryTokenStore(), purpose: 'password-reset' })
    const token = await tokens.issue(7)
    const results = await Promise.all(Array.from({ length: 20 }, () => tokens.consume(token)))
    expect(results.filter(id => id !== undefined)).toEqual(['7'])
    expect(await tokens.consume(token)).toBeUndefined()
  })

  test('end with time, with a newer one, and when they are revoked', async () => {
    let now = 0
    const store = new MemoryTokenStore()
    const tokens = new OneTimeTokens({ store, purpose: 'password-reset', lifetimeMs: 1000, now: () => now })
    const expired = await tokens.issue('ada')
    now = 1000
    expect(await tokens.consume(expired)).toBeUndefined()
    const older = await tokens.issue('ada')
    const newer = await tokens.issue('ada')
    expect(await tokens.consume(older)).toBeUndefined()
    expect(await tokens.consume(newer)).toBe('ada')
    const revoked = await tokens.issue('ada')
    await tokens.revoke('ada')
    expect(await tokens.consume(revoked)).toBeUndefined()
  })

  test('of one purpose are none of another, and of one user none of another', async () => {
    const store = new MemoryTokenStore()
    const reset = new OneTimeTokens({ store, purpose: 'password-reset' })
    const remember = new OneTimeTokens({ store, purpose: 'remember-me', replace: false })
    const token = await remember.issue(1)
    expect(await reset.consume(token)).toBeUndefined()
    const second = await remember.issue(1)
    await remember.revoke(2)
    expect(await remember.consume(token)).toBe('1')
    expect(await remember.consume(second)).toBe('1')
  })

  test('are stored as hashes alone', async () => {
    const stored: StoredToken[] = []
    const store = new MemoryTokenStore()
    const insert = store.insert.bind(store)
    store.insert = token => {
      stored.push(token)
      return insert(token)
    }
    const token = await new OneTimeTokens({ store, purpose: 'p' }).issue(1)
    expect(JSON.stringify(stored)).not.toContain(token.slice(2))
    for (const bad of ['', 'p_', `${token}A`, token.slice(0, -1), stored[0]!.hash, 'x'.repeat(1_000_000)]) {
      expect(await new OneTimeTokens({ store, purpose: 'p' }).consume(bad)).toBeUndefined()
    }
  })
})
