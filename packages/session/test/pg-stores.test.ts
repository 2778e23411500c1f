import { createPg, type Pg } from '@arlen/pg'
import { createTestDatabase, type TestDatabase } from '@arlen/pg/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  ENDED_SESSION_MIGRATION,
  OneTimeTokens,
  PgEndedSessions,
  PgSessionStore,
  PgTokenStore,
  SESSION_MIGRATION,
  type SqlClient,
  TOKEN_MIGRATION,
} from '../src/index.ts'
import { startApp } from './app.ts'

let database: TestDatabase
let pg: Pg
let sql: SqlClient

beforeAll(async () => {
  database = await createTestDatabase()
  pg = createPg(database.dsn)
  sql = pg
  for (const statement of `${SESSION_MIGRATION}${TOKEN_MIGRATION}${ENDED_SESSION_MIGRATION}`.split(';\n')) {
    if (statement.trim() !== '') await pg.execute(statement)
  }
})
beforeEach(async () => {
  await pg.execute('truncate arlen_sessions, arlen_one_time_tokens, arlen_ended_sessions')
})
afterAll(async () => {
  await pg?.close()
  await database?.drop()
})

const now = () => Math.floor(Date.now() / 1000)
const later = () => now() + 3600

describe('sessions in PostgreSQL', () => {
  test('come back as they were, with whatever JSON holds', async () => {
    const store = new PgSessionStore(sql)
    const data = {
      text: 'Añá 🔥 \\ " \' $1',
      list: [1, 2.5, null, true],
      deep: { a: { b: [] } },
      big: 'x'.repeat(100_000),
    }
    const user = { id: 7, epoch: 'e1', at: now() }
    await store.create('k', { createdAt: now() - 5, seenAt: now(), user, data }, later())
    expect(await store.load('k')).toEqual({ createdAt: now() - 5, seenAt: expect.any(Number), user, data })
    expect(await store.load('other')).toBeUndefined()
    await store.create('anonymous', { createdAt: 1, seenAt: 1, user: undefined, data: {} }, later())
    expect((await store.load('anonymous'))?.user).toBeUndefined()
  })

  test('take changes key by key, at the same time', async () => {
    const store = new PgSessionStore(sql)
    await store.create('k', { createdAt: 1, seenAt: 1, user: undefined, data: { a: 1, gone: 1 } }, later())
    await Promise.all([
      ...Array.from({ length: 20 }, (_, i) => store.update('k', { set: { [`key${i}`]: i }, removed: [], seenAt: i })),
      store.update('k', { set: {}, removed: ['gone', 'never-there'], seenAt: 100 }),
    ])
    const session = await store.load('k')
    expect(Object.keys(session!.data)).toHaveLength(21)
    expect(session!.data).not.toHaveProperty('gone')
    expect(session!.seenAt).toBe(100)
  })

  test('do not come back once they are removed, by themselves, by user or by time', async () => {
    const store = new PgSessionStore(sql)
    const make = (key: string, id: number, expiresAt = later()) =>
      store.create(key, { createdAt: 1, seenAt: 1, user: { id, epoch: 0, at: 1 }, data: {} }, expiresAt)
    await Promise.all([make('a', 1), make('b', 1), make('c', 2), make('d', 2, now() - 1)])
    expect(await store.load('d')).toBeUndefined()
    await store.remove('c')
    expect(await store.update('c', { set: { a: 1 }, removed: [], seenAt: 2 })).toBe(false)
    expect(await store.removeUser(1)).toBe(2)
    for (const key of ['a', 'b', 'c']) expect(await store.load(key)).toBeUndefined()
    expect(await store.removeExpired()).toBe(1)
    expect(await pg.value('select count(*)::int from arlen_sessions')).toBe(0)
  })

  test('are removed in batches', async () => {
    const store = new PgSessionStore(sql)
    await pg.execute(`insert into arlen_sessions select i::text, null, null, '{}', now(), now(), now() - interval '1 s'
      from generate_series(1, 25) i`)
    const [one, other] = await Promise.all([store.removeExpired(10), store.removeExpired(10)])
    expect(one + other).toBe(25)
    expect(await store.removeExpired(10)).toBe(0)
  })

  test('carry requests: what the browser holds says nothing to whoever reads the table', async () => {
    await using app = await startApp(
      {
        '/login': c => {
          c.session.login(7)
          c.session.set('name', 'Ada')
          return c.text(c.session.id)
        },
        '/me': c => c.json([c.session.user?.id ?? null, c.session.get('name') ?? null]),
      },
      { store: new PgSessionStore(sql) },
    )
    const browser = app.browser()
    const id = await (await browser.get('/login')).text()
    expect(await (await browser.get('/me')).json()).toEqual([7, 'Ada'])
    const table = JSON.stringify(await pg.many('select * from arlen_sessions'))
    expect(table).not.toContain(id)
    expect(table).not.toContain(browser.jar.get('__Host-session'))
    await new PgSessionStore(sql).removeUser(7)
    expect(await (await browser.get('/me')).json()).toEqual([null, null])
  })
})

describe('one-time tokens in PostgreSQL', () => {
  test('work once, for one of many', async () => {
    const tokens = new OneTimeTokens({ store: new PgTokenStore(sql), purpose: 'password-reset' })
    const token = await tokens.issue(7)
    const results = await Promise.all(Array.from({ length: 10 }, () => tokens.consume(token)))
    expect(results.filter(Boolean)).toEqual(['7'])
  })

  test('end with a newer one, with time, and are no others', async () => {
    const store = new PgTokenStore(sql)
    const tokens = new OneTimeTokens({ store, purpose: 'password-reset' })
    const [older, newer] = [await tokens.issue(1), await tokens.issue(1)]
    expect(await tokens.consume(older)).toBeUndefined()
    expect(await new OneTimeTokens({ store, purpose: 'remember-me' }).consume(newer)).toBeUndefined()
    expect(await tokens.consume(newer)).toBe('1')
    const expired = await new OneTimeTokens({ store, purpose: 'p', lifetimeMs: -1000 }).issue(1)
    expect(await new OneTimeTokens({ store, purpose: 'p' }).consume(expired)).toBeUndefined()
    const many = new OneTimeTokens({ store, purpose: 'p', lifetimeMs: -1000, replace: false })
    for (let user = 0; user < 20; user++) await many.issue(user)
    // As two processes do that clean up at the same time.
    const [one, other] = await Promise.all([store.removeExpired(), store.removeExpired()])
    expect(one + other).toBe(20)
  })
})

test('ended sessions in PostgreSQL stay ended until their cookies are over anyway', async () => {
  const ended = new PgEndedSessions(sql)
  await Promise.all([ended.end('a', later()), ended.end('a', later()), ended.end('over', now() - 1)])
  expect(await Promise.all(['a', 'over', 'b'].map(key => ended.isEnded(key)))).toEqual([true, true, false])
  expect(await ended.removeExpired()).toBe(1)
  expect(await Promise.all(['a', 'over', 'b'].map(key => ended.isEnded(key)))).toEqual([true, false, false])
})
