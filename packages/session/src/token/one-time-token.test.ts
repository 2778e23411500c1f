import { describe, expect, test } from 'vitest'
import { createMemoryTokenStore } from '../stores/memory-token-store.ts'
import { createOneTimeTokens, type StoredToken, type TokenReuse } from './one-time-token.ts'

describe('one-time tokens', () => {
  test('work once, and only for one of many simultaneous uses', async () => {
    const tokens = createOneTimeTokens({ store: createMemoryTokenStore(), purpose: 'password-reset' })
    const token = await tokens.issue(7)
    const results = await Promise.all(Array.from({ length: 20 }, () => tokens.consume(token)))
    expect(results.filter(id => id !== undefined)).toEqual(['7'])
    expect(await tokens.consume(token)).toBeUndefined()
  })

  test('end with time, with a newer one, and when they are revoked', async () => {
    let now = 0
    const store = createMemoryTokenStore()
    const tokens = createOneTimeTokens({ store, purpose: 'password-reset', lifetimeMs: 1000, now: () => now })
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
    const store = createMemoryTokenStore()
    const reset = createOneTimeTokens({ store, purpose: 'password-reset' })
    const remember = createOneTimeTokens({ store, purpose: 'remember-me', replace: false })
    const token = await remember.issue(1)
    expect(await reset.consume(token)).toBeUndefined()
    const second = await remember.issue(1)
    await remember.revoke(2)
    expect(await remember.consume(token)).toBe('1')
    expect(await remember.consume(second)).toBe('1')
  })

  test('that are used again are reported, and end their family unless that was a second tab', async () => {
    let now = 1_000_000
    const reuses: TokenReuse[] = []
    const tokens = createOneTimeTokens({
      store: createMemoryTokenStore({ now: () => now }),
      purpose: 'remember-me',
      replace: false,
      now: () => now,
      onReuse: reuse => reuses.push(reuse),
    })
    const first = await tokens.issue(7)
    const redemption = await tokens.redeem(first)
    if (redemption.outcome !== 'redeemed') throw new Error('the token is good')
    const second = (await tokens.renew(redemption.token))!
    now += 500
    expect(await tokens.consume(first)).toBeUndefined()
    expect(reuses).toEqual([{ purpose: 'remember-me', userId: '7', sinceMs: 500 }])
    expect(await tokens.consume(second)).toBe('7')
    const other = await tokens.issue(7)
    now += 60_000
    expect(await tokens.redeem(first)).toMatchObject({ outcome: 'reused', reuse: { sinceMs: 60_500 } })
    expect(await tokens.redeem(second)).toEqual({ outcome: 'refused' })
    expect(await tokens.consume(other)).toBe('7')
    expect(reuses).toHaveLength(2)
  })

  test('say under which epoch they were granted, and so do their successors', async () => {
    const tokens = createOneTimeTokens({ store: createMemoryTokenStore(), purpose: 'remember-me', replace: false })
    const first = await tokens.redeem(await tokens.issue(7, { epoch: 3 }))
    expect(first).toMatchObject({ outcome: 'redeemed', token: { userId: '7', epoch: '3' } })
    const next = first.outcome === 'redeemed' ? await tokens.renew(first.token) : undefined
    expect(await tokens.redeem(next!)).toMatchObject({ outcome: 'redeemed', token: { userId: '7', epoch: '3' } })
    expect(await tokens.redeem(await tokens.issue(7))).toMatchObject({ token: { epoch: undefined } })
  })

  test('are not renewed once they were revoked, by their user or by a logout', async () => {
    const tokens = createOneTimeTokens({ store: createMemoryTokenStore(), purpose: 'remember-me', replace: false })
    const spend = async () => {
      const token = await tokens.issue(7)
      const redemption = await tokens.redeem(token)
      if (redemption.outcome !== 'redeemed') throw new Error('the token is good')
      return { token, spent: redemption.token }
    }
    const [one, two] = [await spend(), await spend()]
    await tokens.end(one.token)
    expect(await tokens.renew(one.spent)).toBeUndefined()
    const successor = (await tokens.renew(two.spent))!
    await tokens.revoke(7)
    expect(await tokens.renew(two.spent)).toBeUndefined()
    expect(await tokens.consume(successor)).toBeUndefined()
  })

  test('are stored as hashes alone', async () => {
    const stored: StoredToken[] = []
    const store = createMemoryTokenStore()
    const insert = store.insert.bind(store)
    store.insert = (token, successorOf) => {
      stored.push(token)
      return insert(token, successorOf)
    }
    const token = await createOneTimeTokens({ store, purpose: 'p' }).issue(1)
    expect(JSON.stringify(stored)).not.toContain(token.slice(2))
    for (const bad of ['', 'p_', `${token}A`, token.slice(0, -1), stored[0]!.hash, 'x'.repeat(1_000_000)]) {
      expect(await createOneTimeTokens({ store, purpose: 'p' }).consume(bad)).toBeUndefined()
    }
  })
})

test('a token lasts an hour and replaces the earlier ones where nothing else is said', async () => {
  let now = 0
  const tokens = createOneTimeTokens({ store: createMemoryTokenStore(), purpose: 'p', now: () => now })
  const [first, second] = [await tokens.issue(1), await tokens.issue(1)]
  expect(await tokens.consume(first)).toBeUndefined()
  now = 60 * 60 * 1000 - 1
  expect(await tokens.consume(second)).toBe('1')
  now = 0
  const third = await tokens.issue(1)
  now = 60 * 60 * 1000
  expect(await tokens.consume(third)).toBeUndefined()
})

test('a second use within a minute leaves the family alone, a later one ends it', async () => {
  for (const [sinceMs, isLeft] of [
    [60_000, true],
    [60_001, false],
  ] as const) {
    let now = 1_000
    const options = { store: createMemoryTokenStore({ now: () => now }), purpose: 'p', replace: false, now: () => now }
    const tokens = createOneTimeTokens(options)
    const token = await tokens.issue(1)
    const redemption = await tokens.redeem(token)
    const next = redemption.outcome === 'redeemed' ? await tokens.renew(redemption.token) : undefined
    now += sinceMs
    expect(await tokens.redeem(token)).toMatchObject({ outcome: 'reused', reuse: { sinceMs } })
    expect((await tokens.consume(next!)) === '1', String(sinceMs)).toBe(isLeft)
  }
})
