import { createPg } from '@arlen/pg'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { createOneTimeTokens, createPgSessionStore, createPgTokenStore } from '../src/index.ts'
import { startApp } from './app.ts'
import { createSessionDatabase, type SessionDatabase } from './session-database.ts'

let database: SessionDatabase
let pg: SessionDatabase['pg']

beforeAll(async () => {
  database = await createSessionDatabase()
  pg = database.pg
})
beforeEach(() => database.empty())
afterAll(() => database?.drop())

describe('sessions in PostgreSQL', () => {
  test('are removed in batches', async () => {
    const store = createPgSessionStore(pg)
    await pg.execute(`insert into arlen_sessions select i::text, null, null, '{}', now(), now(), now() - interval '1 s'
      from generate_series(1, 25) i`)
    const [one, other] = await Promise.all([store.removeExpired(10), store.removeExpired(10)])
    expect(one + other).toBe(25)
    expect(await store.removeExpired(10)).toBe(0)
  })

  test('work across requests, and the table does not reveal the browser’s id', async () => {
    await using app = await startApp(
      {
        '/login': c => {
          c.session.login(7)
          c.session.set('name', 'Ada')
          return c.text(c.session.id)
        },
        '/me': c => c.json([c.session.user?.id ?? null, c.session.get('name') ?? null]),
      },
      { store: createPgSessionStore(pg) },
    )
    const browser = app.browser()
    const id = await (await browser.get('/login')).text()
    expect(await (await browser.get('/me')).json()).toEqual([7, 'Ada'])
    const table = JSON.stringify(await pg.many('select * from arlen_sessions'))
    expect(table).not.toContain(id)
    expect(table).not.toContain(browser.jar.get('__Host-session'))
    await createPgSessionStore(pg).removeUser(7)
    expect(await (await browser.get('/me')).json()).toEqual([null, null])
  })
})

test('two processes can remove expired tokens at the same time', async () => {
  const store = createPgTokenStore(pg)
  const many = createOneTimeTokens({ store, purpose: 'p', lifetimeMs: -1000, replace: false })
  for (let user = 0; user < 20; user++) await many.issue(user)
  const [one, other] = await Promise.all([store.removeExpired(), store.removeExpired()])
  expect(one + other).toBe(20)
})

test('a revocation waits for the successor that another connection is storing, and removes it too', async () => {
  const store = createPgTokenStore(pg)
  const token = (hash: string) => {
    const expiresAt = Date.now() + 3_600_000
    return { purpose: 'p', hash, userId: '7', epoch: undefined, family: 'old', expiresAt }
  }
  await store.insert(token('old'))
  let revocation: Promise<void> | undefined
  const elsewhere = createPg(database.dsn)
  onTestFinished(async () => {
    await elsewhere.close()
  })
  await pg.tx(async tx => {
    expect(await createPgTokenStore(tx).insert(token('next'), 'old')).toBe(true)
    revocation = createPgTokenStore(elsewhere).removeUser('p', 7)
    const waiting = `select count(*)::int from pg_locks where not granted and transactionid = pg_current_xact_id()::xid`
    let isOver = false
    void revocation.then(() => {
      isOver = true
    })
    while (!isOver && (await tx.value(waiting)) === 0);
  })
  await revocation
  expect(await store.take('p', 'next')).toBeUndefined()
  expect(await store.insert(token('late'), 'old')).toBe(false)
})
