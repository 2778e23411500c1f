import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type ApiKeyStore,
  createMemoryApiKeyStore,
  createMemoryEndedSessions,
  createMemorySessionStore,
  createMemoryTokenStore,
  createPgApiKeyStore,
  createPgEndedSessions,
  createPgSessionStore,
  createPgTokenStore,
  type EndedSessions,
  type OneTimeTokenStore,
  type SessionStore,
  type StoredApiKey,
  type StoredToken,
} from '../src/index.ts'
import { createSessionDatabase, type SessionDatabase } from './session-database.ts'

/** What is kept in memory and what is kept in PostgreSQL must be told apart by nothing but their speed. */
let database: SessionDatabase
beforeAll(async () => {
  database = await createSessionDatabase()
})
beforeEach(() => database.empty())
afterAll(() => database?.drop())

const now = () => Math.floor(Date.now() / 1000)
const later = () => now() + 3600
const past = () => now() - 1

describe.each<[string, () => SessionStore]>([
  ['in memory', () => createMemorySessionStore()],
  ['in PostgreSQL', () => createPgSessionStore(database.pg)],
])('a session store %s', (_, make) => {
  const session = (data: Record<string, unknown> = {}) => ({ createdAt: 1, seenAt: 1, user: undefined, data })

  test('gives sessions back as they were, with whatever JSON holds', async () => {
    const store = make()
    const data = {
      text: 'Añá 🔥 \\ " \' $1',
      list: [1, 2.5, null, true, -0.5, 1e300],
      deep: { a: { b: [], __proto__x: 1 } },
      empty: { '': '', ' ': [[]] },
      big: 'x'.repeat(100_000),
    }
    const user = { id: 7, epoch: 'e1', at: now() }
    const createdAt = now() - 5
    await store.create('k', { createdAt, seenAt: now(), user, data }, later())
    expect(await store.load('k')).toEqual({ createdAt, seenAt: expect.any(Number), user, data })
    expect(await store.load('other')).toBeUndefined()
    await store.create('anonymous', session(), later())
    expect((await store.load('anonymous'))?.user).toBeUndefined()
  })

  test('takes texts that databases do not: NUL, lone surrogates, and what looks like their stored form', async () => {
    const store = make()
    const data = {
      nul: 'a\0b',
      'na\0me': 1,
      high: '\ud800',
      low: ['x\udfffy'],
      mark: '\uf8ffarlen:"x"',
      escaped: '\\u0000 \\ud800',
      plain: 'ü',
    }
    await store.create('k', session(data), later())
    expect((await store.load('k'))?.data).toEqual(data)
    await store.update('k', { set: { 'na\0me': '\0', more: { deep: '\udc00' } }, removed: ['high'], seenAt: 1 })
    const { high: _, ...rest } = data
    expect((await store.load('k'))?.data).toEqual({ ...rest, 'na\0me': '\0', more: { deep: '\udc00' } })
    await store.update('k', { set: {}, removed: ['na\0me', 'mark'], seenAt: 1 })
    expect(Object.keys((await store.load('k'))!.data).sort()).toEqual(['escaped', 'low', 'more', 'nul', 'plain'])
  })

  test('takes changes key by key, at the same time, and keeps the latest use', async () => {
    const store = make()
    await store.create('k', session({ a: 1, gone: 1 }), later())
    await Promise.all([
      ...Array.from({ length: 20 }, (_, i) => store.update('k', { set: { [`key${i}`]: i }, removed: [], seenAt: i })),
      store.update('k', { set: {}, removed: ['gone', 'never-there'], seenAt: 100 }),
    ])
    await store.update('k', { set: {}, removed: [], seenAt: 50 })
    const loaded = await store.load('k')
    expect(Object.keys(loaded!.data)).toHaveLength(21)
    expect(loaded!.data).not.toHaveProperty('gone')
    expect(loaded!.seenAt).toBe(100)
  })

  test('refuses a key that is taken', async () => {
    const store = make()
    await store.create('k', session({ whose: 'first' }), later())
    await expect(store.create('k', session({ whose: 'second' }), later())).rejects.toThrow()
    expect((await store.load('k'))?.data).toEqual({ whose: 'first' })
  })

  test('does not bring back what was removed or has expired', async () => {
    const store = make()
    await store.create('removed', session(), later())
    await store.create('expired', session(), past())
    await store.remove('removed')
    await store.remove('never there')
    for (const key of ['removed', 'expired']) {
      expect(await store.load(key)).toBeUndefined()
      expect(await store.update(key, { set: { a: 1 }, removed: [], seenAt: now() })).toBe(false)
      expect(await store.load(key)).toBeUndefined()
    }
    expect(await store.removeExpired()).toBe(1)
    expect(await store.removeExpired()).toBe(0)
  })

  test.each<[string | number, string | number]>([
    [7, '7'],
    ['7', 7],
    [7, 7],
    ['ada', 'ada'],
  ])('ends the sessions of user %j when told to end those of %j', async (stored, told) => {
    const store = make()
    const add = (key: string, id: string | number, expiresAt: number) =>
      store.create(key, { ...session(), user: { id, epoch: 0, at: 1 } }, expiresAt)
    await Promise.all([add('a', stored, later()), add('b', stored, later()), add('over', stored, past())])
    await Promise.all([add('other', 70, later()), store.create('anonymous', session(), later())])
    expect((await store.load('a'))?.user?.id).toBe(stored)
    expect(await store.removeUser(told)).toBe(2)
    for (const key of ['a', 'b']) expect(await store.load(key)).toBeUndefined()
    for (const key of ['other', 'anonymous']) expect(await store.load(key)).toBeDefined()
    expect(await store.removeUser(told)).toBe(0)
    expect(await store.removeExpired()).toBe(0)
  })
})

describe.each<[string, () => OneTimeTokenStore]>([
  ['in memory', () => createMemoryTokenStore()],
  ['in PostgreSQL', () => createPgTokenStore(database.pg)],
])('a token store %s', (_, make) => {
  const token = (hash: string, more: Partial<StoredToken> = {}): StoredToken => ({
    purpose: 'p',
    hash,
    userId: '7',
    epoch: undefined,
    family: hash,
    expiresAt: later() * 1000,
    ...more,
  })

  test('gives a token to one of many, and to the others as spent', async () => {
    const store = make()
    const stored = token('h', { epoch: 'e1' })
    expect(await store.insert(stored)).toBe(true)
    const takers = await Promise.all(Array.from({ length: 10 }, () => store.take('p', 'h')))
    const [first, ...others] = takers.sort((a, b) => (a?.spentAt ?? 0) - (b?.spentAt ?? 0))
    expect(first).toEqual({ ...stored, spentAt: undefined })
    for (const other of others) expect(other).toEqual({ ...stored, spentAt: expect.any(Number) })
    expect(Math.abs(others[0]!.spentAt! - Date.now())).toBeLessThan(60_000)
    expect(await store.take('p', 'x')).toBeUndefined()
    expect(await store.take('other', 'h')).toBeUndefined()
  })

  test('refuses a hash that is taken, and knows the same one of another purpose', async () => {
    const store = make()
    await store.insert(token('h'))
    await expect(store.insert(token('h', { userId: '8' }))).rejects.toThrow()
    await store.insert(token('h', { purpose: 'q', userId: '8' }))
    expect([(await store.take('p', 'h'))?.userId, (await store.take('q', 'h'))?.userId]).toEqual(['7', '8'])
  })

  test('stores a successor only while its predecessor exists', async () => {
    const store = make()
    await store.insert(token('a'))
    expect(await store.insert(token('b', { family: 'a' }), 'a')).toBe(true)
    expect(await store.insert(token('c', { family: 'x' }), 'x')).toBe(false)
    await store.removeFamily('p', 'a')
    expect(await store.insert(token('d', { family: 'a' }), 'b')).toBe(false)
    for (const hash of ['a', 'b', 'c', 'd']) expect(await store.take('p', hash)).toBeUndefined()
  })

  test('lets no successor survive the removal of its user or family at the same moment, tried many times', async () => {
    const store = make()
    for (let i = 0; i < 60; i++) {
      const [old, next] = [`old${i}`, `next${i}`]
      const userId = String(i)
      await store.insert(token(old, { userId }))
      const remove = () => (i % 2 ? store.removeUser('p', userId) : store.removeFamily('p', old))
      const renew = () => store.insert(token(next, { userId, family: old }), old)
      await Promise.all(i % 3 ? [renew(), remove()] : [remove(), renew()])
      expect(await store.take('p', next)).toBeUndefined()
    }
  })

  test('removes by user, whatever type names it, by family and by time, and nothing else', async () => {
    const store = make()
    await store.insert(token('a'))
    await store.insert(token('b', { family: 'a' }))
    await store.insert(token('other user', { userId: '8' }))
    await store.insert(token('other purpose', { purpose: 'q', family: 'a' }))
    await store.insert(token('expired', { userId: '9', expiresAt: past() * 1000 }))
    expect(await store.removeExpired()).toBe(1)
    expect(await store.take('p', 'expired')).toBeUndefined()
    await store.removeUser('p', 7)
    expect([await store.take('p', 'a'), await store.take('p', 'b')]).toEqual([undefined, undefined])
    expect([(await store.take('p', 'other user'))?.userId, (await store.take('q', 'other purpose'))?.userId]).toEqual([
      '8',
      '7',
    ])
  })
})

describe.each<[string, () => EndedSessions]>([
  ['in memory', () => createMemoryEndedSessions()],
  ['in PostgreSQL', () => createPgEndedSessions(database.pg)],
])('ended sessions %s', (_, make) => {
  test('stay ended until their cookies are over anyway', async () => {
    const ended = make()
    await Promise.all([ended.end('a', later()), ended.end('a', later()), ended.end('over', past())])
    expect(await Promise.all(['a', 'b'].map(key => ended.isEnded(key)))).toEqual([true, false])
    expect(await ended.removeExpired()).toBe(1)
    expect(await ended.removeExpired()).toBe(0)
    expect(await Promise.all(['a', 'over', 'b'].map(key => ended.isEnded(key)))).toEqual([true, false, false])
  })
})

describe.each<[string, () => ApiKeyStore]>([
  ['in memory', () => createMemoryApiKeyStore()],
  ['in PostgreSQL', () => createPgApiKeyStore(database.pg)],
])('a store of API keys %s', (_, make) => {
  const key = (prefix: string, more: Partial<StoredApiKey> = {}): StoredApiKey => ({
    prefix,
    hash: `hash of ${prefix}`,
    userId: '7',
    name: 'Añá’s "CI" \\ {key}',
    scopes: ['orders:read', 'a,b', '"', '{}', ''],
    createdAt: 1_700_000_000_123,
    expiresAt: undefined,
    ...more,
  })

  test('gives keys back as they were, and lists those of a user, the newest first', async () => {
    const store = make()
    const [old, latest] = [key('a'), key('b', { createdAt: 1_800_000_000_000, expiresAt: later() * 1000, scopes: [] })]
    for (const one of [old, latest, key('c', { userId: '8' })]) await store.insert(one)
    expect(await store.find('a')).toEqual(old)
    expect(await store.find('b')).toEqual(latest)
    expect(await store.find('x')).toBeUndefined()
    for (const user of [7, '7']) expect(await store.list(user)).toEqual([latest, old])
    expect(await store.list(9)).toEqual([])
  })

  test('refuses a prefix that is taken', async () => {
    const store = make()
    await store.insert(key('a'))
    await expect(store.insert(key('a', { userId: '8' }))).rejects.toThrow()
    expect((await store.find('a'))?.userId).toBe('7')
  })

  test('removes by owner and prefix, by user, whatever type names it, and by time', async () => {
    const store = make()
    for (const name of ['a', 'b', 'c']) await store.insert(key(name))
    await store.insert(key('other', { userId: '8' }))
    await store.insert(key('over', { userId: '8', expiresAt: past() * 1000 }))
    expect(await store.remove(8, 'a')).toBe(false)
    expect(await store.remove(7, 'a')).toBe(true)
    expect(await store.remove('7', 'a')).toBe(false)
    expect(await store.removeExpired()).toBe(1)
    expect(await store.removeUser(7)).toBe(2)
    for (const name of ['a', 'b', 'c', 'over']) expect(await store.find(name)).toBeUndefined()
    expect(await store.find('other')).toBeDefined()
  })
})

test('the memory store has as many sessions as it may, and drops the oldest for a new one', async () => {
  const store = createMemorySessionStore({ max: 2 })
  const session = { createdAt: 1, seenAt: 1, user: undefined, data: {} }
  const stored = async () => {
    const found = await Promise.all(['a', 'b', 'c', 'd'].map(async key => [key, await store.load(key)] as const))
    return found.flatMap(([key, one]) => (one === undefined ? [] : key))
  }
  const later = Math.floor(Date.now() / 1000) + 1000
  for (const [key, left] of [
    ['a', ['a']],
    ['b', ['a', 'b']],
    ['c', ['b', 'c']],
    ['d', ['c', 'd']],
  ] as const) {
    await store.create(key, session, later)
    expect(await stored()).toEqual(left)
  }
})
