import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  createAuthentication,
  createMemoryEndedSessions,
  createMemorySessionStore,
  createMemoryTokenStore,
  createOneTimeTokens,
  createPgSessionStore,
  createPgTokenStore,
  type MemoryTokenStore,
  type OneTimeTokens,
  type PgTokenStore,
  type SessionStore,
  session,
  type TokenReuse,
} from '../src/index.ts'
import { route, SECRET, serveHandler, type TestApp } from './app.ts'
import type { Browser } from './browser.ts'
import { createSessionDatabase, type SessionDatabase } from './session-database.ts'

let database: SessionDatabase
beforeAll(async () => {
  database = await createSessionDatabase()
})
afterAll(() => database?.drop())

const REMEMBERED = '__Host-session-remember'

interface Account {
  id: number
  epoch: number
}

interface World {
  app: TestApp
  account: Account
  tokens: OneTimeTokens
  reuses: TokenReuse[]
  /** As a change of password, or a logout everywhere, does it. */
  endEverything(): Promise<void>
}

async function startWorld(store = createPgTokenStore(database.pg) as PgTokenStore | MemoryTokenStore): Promise<World> {
  const account = { id: Math.floor(Math.random() * 1e9), epoch: 1 }
  const tokens = createOneTimeTokens({ store, purpose: 'remember-me', replace: false, lifetimeMs: 3_600_000 })
  const reuses: TokenReuse[] = []
  const auth = createAuthentication<Account>({
    // A row that was read is a snapshot: what changes later is not in it.
    findUser: async () => {
      const row = { ...account }
      await nextTurn()
      return row
    },
    idOf: user => user.id,
    epochOf: user => user.epoch,
    remember: tokens,
    onRememberReuse: reuse => reuses.push(reuse),
  })
  const handler = route({
    '/login': async c => {
      const row = { ...account }
      await nextTurn()
      await auth.login(c, row, { remember: true })
      return String(row.epoch)
    },
    '/logout': async c => {
      await auth.logout(c)
      return 'out'
    },
    '/me': auth.requireUser(() => 'in'),
  })
  const app = await serveHandler(session({ secrets: [SECRET] })(handler))
  const endEverything = async () => {
    account.epoch++
    await nextTurn()
    await tokens.revoke(account.id)
  }
  return { app, account, tokens, reuses, endEverything }
}

/** Whether a browser is still known once its session is gone, and what it is remembered by is all it has. */
async function isRemembered(browser: Browser): Promise<boolean> {
  const copy = browser.clone()
  copy.jar.delete('__Host-session')
  return (await copy.get('/me')).status === 200
}

/** Lets some turns of the event loop pass, another number in each try: the change meets the request in every state. */
async function someTurns(turns: number): Promise<void> {
  for (let i = 0; i < turns; i++) await nextTurn()
}

const TRIES = 30

describe('no remembered login outlives a change of password or a logout everywhere', () => {
  test('that comes while it is issued', async () => {
    const { app, account, endEverything } = await startWorld()
    await using _ = app
    let overtaken = 0
    for (let i = 0; i < TRIES; i++) {
      const browser = app.browser()
      const [login] = await Promise.all([browser.get('/login'), someTurns(i % 15).then(endEverything)])
      // A login that read the account after the change may last.
      if (Number(await login.text()) === account.epoch) continue
      overtaken++
      expect(await isRemembered(browser)).toBe(false)
      expect((await browser.get('/me')).status).toBe(401)
    }
    expect(overtaken).toBeGreaterThan(0)
  })

  test('that comes while it is renewed', async () => {
    const { app, endEverything } = await startWorld()
    await using _ = app
    let survivors = 0
    for (let i = 0; i < TRIES; i++) {
      const browser = app.browser()
      await browser.get('/login')
      browser.jar.delete('__Host-session')
      await Promise.all([browser.get('/me'), someTurns(i % 15).then(endEverything)])
      if (await isRemembered(browser)) survivors++
      if ((await browser.get('/me')).status === 200) survivors++
    }
    expect(survivors).toBe(0)
  })

  test('that is revoked without a new epoch while it is renewed', async () => {
    const { app, account, tokens } = await startWorld()
    await using _ = app
    for (let i = 0; i < TRIES; i++) {
      const browser = app.browser()
      await browser.get('/login')
      browser.jar.delete('__Host-session')
      const renewing = browser.get('/me')
      // Revoked while the token is being replaced, or before it is: the device is remembered by nothing afterwards,
      // unless the renewal was over before.
      const revoking = someTurns(i % 15).then(() => tokens.revoke(account.id))
      const before = browser.jar.get(REMEMBERED)
      await Promise.all([renewing, revoking])
      if (browser.jar.get(REMEMBERED) === before) expect(await isRemembered(browser)).toBe(false)
      await tokens.revoke(account.id)
      expect(await isRemembered(browser)).toBe(false)
    }
  })
})

test('a logout ends what another tab is being remembered by at the same moment', async () => {
  const { app } = await startWorld()
  await using _ = app
  for (let i = 0; i < TRIES; i++) {
    const browser = app.browser()
    await browser.get('/login')
    const tab = browser.clone()
    tab.jar.delete('__Host-session')
    await Promise.all([tab.get('/me'), someTurns(i % 10).then(() => browser.get('/logout'))])
    expect(await isRemembered(tab)).toBe(false)
  }
})

describe.each<[string, () => PgTokenStore | MemoryTokenStore]>([
  ['in memory', () => createMemoryTokenStore()],
  ['in PostgreSQL', () => createPgTokenStore(database.pg)],
])('with tokens %s', (_, store) => {
  test('the second use of a remembered login is reported to the application, the first is not', async () => {
    const { app, account, reuses } = await startWorld(store())
    await using _ = app
    const browser = app.browser()
    await browser.get('/login')
    browser.jar.delete('__Host-session')
    const thief = browser.clone()
    expect((await browser.get('/me')).status).toBe(200)
    expect(reuses).toEqual([])
    expect((await thief.get('/me')).status).toBe(401)
    expect(reuses).toEqual([{ purpose: 'remember-me', userId: String(account.id), sinceMs: expect.any(Number) }])
    expect(await isRemembered(browser)).toBe(true)
  })

  test('a remembered login counts no more under another epoch, and a made-up token is not a reuse', async () => {
    const { app, account, reuses } = await startWorld(store())
    await using _ = app
    const browser = app.browser()
    await browser.get('/login')
    account.epoch++
    expect(await isRemembered(browser)).toBe(false)
    browser.jar.set(REMEMBERED, `${browser.jar.get(REMEMBERED)!.slice(0, -1)}~`)
    expect(await isRemembered(browser)).toBe(false)
    expect(reuses).toEqual([])
  })
})

describe('regenerate() voids the old cookie', () => {
  async function startRegenerating(store?: SessionStore) {
    const account = { id: 1, epoch: 1 }
    const ended = createMemoryEndedSessions()
    const auth = createAuthentication<Account>({
      findUser: () => account,
      idOf: () => 1,
      epochOf: () => account.epoch,
      ended,
    })
    const handler = route({
      '/login': async c => {
        await auth.login(c, account)
        return 'in'
      },
      // Unguarded, as a handler may be that only raises rights.
      '/regenerate': c => {
        c.session.set('rights', 'more')
        c.session.regenerate()
        return 'again'
      },
      '/destroy': c => {
        c.session.destroy()
        return 'gone'
      },
      '/fails': c => {
        c.session.regenerate()
        throw new Error('after it')
      },
      '/me': auth.requireUser(c => c.json([c.session.get('rights') ?? null])),
    })
    return { app: await serveHandler(session({ secrets: [SECRET], store })(handler)), ended, account }
  }

  const kept: [string, () => SessionStore | undefined][] = [
    ['of a session that is all in its cookie', () => undefined],
    ['of a session in memory', () => createMemorySessionStore()],
    ['of a session in PostgreSQL', () => createPgSessionStore(database.pg)],
  ]
  const paths = ['/regenerate', '/destroy', '/fails']
  const cases = kept.flatMap(([name, store]) => paths.map(path => [name, path, store] as const))
  test.each(cases)('%s (%s)', async (_name, path, store) => {
    const { app } = await startRegenerating(store())
    await using _ = app
    const browser = app.browser()
    await browser.get('/login')
    const copy = browser.clone()
    expect((await copy.get('/me')).status).toBe(200)
    await browser.get(path)
    expect((await copy.get('/me')).status).toBe(401)
    expect((await browser.get('/me')).status).toBe(path === '/destroy' ? 401 : 200)
  })

  test('and a request that comes with it at the same moment does not take the new one away', async () => {
    const { app } = await startRegenerating()
    await using _ = app
    const browser = app.browser()
    await browser.get('/login')
    const late = browser.clone()
    await browser.get('/regenerate')
    const answer = await late.get('/me')
    expect(answer.status).toBe(401)
    expect(answer.headers.getSetCookie()).toEqual([])
    expect(await (await browser.get('/me')).json()).toEqual(['more'])
  })

  test('nothing is written for cookies that their epoch has voided already', async () => {
    const { app, ended, account } = await startRegenerating()
    await using _ = app
    const browser = app.browser()
    await browser.get('/login')
    account.epoch++
    const end = vi.spyOn(ended, 'end')
    expect((await browser.clone().get('/me')).status).toBe(401)
    expect(end).not.toHaveBeenCalled()
  })
})
