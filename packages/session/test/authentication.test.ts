import { createLogger } from '@arlen/core/logger'
import type { HttpOptions } from '@arlen/http'
import { describe, expect, test } from 'vitest'
import {
  type AuthenticationOptions,
  type AuthScheme,
  bearer,
  createAuthentication,
  createMemoryEndedSessions,
  createMemorySessionStore,
  createMemoryTokenStore,
  createOneTimeTokens,
  createPasswordLogin,
  createPasswords,
  newToken,
  type SessionOptions,
  session,
} from '../src/index.ts'
import { route, SECRET, serveHandler, type TestApp } from './app.ts'

interface User {
  id: number
  name: string
  epoch: number
  roles: string[]
}

function people(): Map<number, User> {
  return new Map([
    [1, { id: 1, name: 'Ada', epoch: 1, roles: ['customer'] }],
    [2, { id: 2, name: 'Grace', epoch: 1, roles: ['customer', 'admin'] }],
  ])
}

type Options = Partial<AuthenticationOptions<User>> & { session?: Partial<SessionOptions>; http?: HttpOptions }

async function start(
  users: Map<number, User>,
  { session: sessionOptions, http, ...options }: Options = {},
): Promise<TestApp> {
  const auth = createAuthentication<User>({
    findUser: async id => users.get(Number(id)),
    idOf: user => user.id,
    epochOf: user => user.epoch,
    rolesOf: user => user.roles,
    ...options,
  })
  const show = auth.requireUser(c => c.json({ name: (c.user as User).name }))
  const withSessions = session({ secrets: [SECRET], ...sessionOptions })
  const handler = route({
    '/login': async c => {
      c.session.set('cart', ['propane'])
      c.session.set('draft', 'x')
      await auth.login(c, users.get(Number(c.req.query.id ?? 1))!, {
        keep: ['cart'],
        remember: c.req.query.remember === '1',
      })
      return 'in'
    },
    '/logout': async c => {
      await auth.logout(c)
      return 'out'
    },
    '/me': show,
    '/maybe': auth.loadUser(c => c.json({ name: (c.user as User | undefined)?.name ?? null })),
    '/fill': c => {
      c.session.set('cart', ['grill'])
      c.session.set('draft', 'x')
      return 'ok'
    },
    '/cart': c => c.json([c.session.get('cart') ?? null, c.session.get('draft') ?? null]),
    '/admin': auth.requireRole('admin', 'owner')(() => 'welcome'),
    '/password': auth.requireRecentLogin(60_000)(() => 'changed'),
    '/unguarded': c => c.json(c.user ?? null),
  })
  return serveHandler(withSessions(handler), http)
}

async function code(response: Response): Promise<[number, string]> {
  return [response.status, ((await response.json()) as { code: string }).code]
}

const sessions: [string, () => Partial<SessionOptions>][] = [
  ['sealed', () => ({})],
  ['stored', () => ({ store: createMemorySessionStore() })],
]

describe.each(sessions)('authentication over %s sessions', (_, session) => {
  test('remembers who logged in, keeps what is listed, and forgets everything at logout', async () => {
    await using app = await start(people(), { session: session() })
    const browser = app.browser()
    const stranger = await browser.get('/me')
    expect(stranger.headers.get('www-authenticate')).toBe('Cookie realm="session"')
    expect(await code(stranger)).toEqual([401, 'login_required'])
    expect(await (await browser.get('/maybe')).json()).toEqual({ name: null })
    await browser.get('/login')
    expect(await (await browser.get('/me')).json()).toEqual({ name: 'Ada' })
    expect(await (await browser.get('/cart')).json()).toEqual([['propane'], null])
    await browser.get('/logout')
    expect(await (await browser.get('/maybe')).json()).toEqual({ name: null })
    expect(await (await browser.get('/cart')).json()).toEqual([null, null])
  })

  test('admits by role, and distinguishes 401 from 403', async () => {
    await using app = await start(people(), { session: session() })
    const [ada, grace] = [app.browser(), app.browser()]
    expect(await code(await ada.get('/admin'))).toEqual([401, 'login_required'])
    await ada.get('/login?id=1')
    await grace.get('/login?id=2')
    expect(await code(await ada.get('/admin'))).toEqual([403, 'role_required'])
    expect(await (await grace.get('/admin')).text()).toBe('welcome')
  })

  test('ends every session of a user with the next request when the epoch changes, also replayed ones', async () => {
    const users = people()
    await using app = await start(users, { session: session() })
    const [phone, laptop, other] = [app.browser(), app.browser(), app.browser()]
    await Promise.all([phone.get('/login'), laptop.get('/login'), other.get('/login?id=2')])
    const stolen = phone.clone()
    users.get(1)!.epoch++
    for (const browser of [phone, laptop, stolen]) expect((await browser.get('/me')).status).toBe(401)
    expect(phone.jar.has('__Host-session')).toBe(false)
    expect((await other.get('/me')).status).toBe(200)
    await phone.get('/login')
    expect((await phone.get('/me')).status).toBe(200)
    expect((await laptop.get('/me')).status).toBe(401)
  })

  test('ends the session of a deleted user', async () => {
    const users = people()
    await using app = await start(users, { session: session() })
    const browser = app.browser()
    await browser.get('/login')
    users.delete(1)
    expect((await browser.get('/me')).status).toBe(401)
  })
})

test('at logout an application can make copies of the cookie void', async () => {
  const users = people()
  await using app = await start(users, {
    onLogout: id => {
      users.get(Number(id))!.epoch++
    },
  })
  const browser = app.browser()
  await browser.get('/login')
  const copy = browser.clone()
  await browser.get('/logout')
  expect((await copy.get('/me')).status).toBe(401)
})

test('a logout or another login voids recorded copies of its own cookie and no others', async () => {
  await using app = await start(people(), { ended: createMemoryEndedSessions() })
  const [browser, phone] = [app.browser(), app.browser()]
  await browser.get('/login')
  await phone.get('/login')
  const first = browser.clone()
  await browser.get('/login')
  expect((await first.get('/me')).status).toBe(401)
  const second = browser.clone()
  await browser.get('/logout')
  expect((await second.get('/me')).status).toBe(401)
  expect((await second.get('/me')).status).toBe(401)
  expect((await phone.get('/me')).status).toBe(200)
})

test('pages of a logged-in user are never cached', async () => {
  await using app = await start(people())
  const browser = app.browser()
  await browser.get('/login')
  expect((await browser.get('/me')).headers.get('cache-control')).toBe('no-store')
})

test('sends browsers to log in and back, and only to paths of this site', async () => {
  await using app = await start(people(), { loginPath: '/login' })
  const browser = app.browser()
  const page = await browser.get('/me?tab=1', { accept: 'text/html,*/*', 'sec-fetch-mode': 'navigate' })
  expect(page.status).toBe(303)
  expect(page.headers.get('location')).toBe('/login?return=%2Fme%3Ftab%3D1')
  expect((await browser.get('/me', { accept: 'application/json' })).status).toBe(401)
  expect((await browser.post('/me', {}, { accept: 'text/html' })).status).toBe(401)
  expect((await browser.get('/me', { accept: 'text/html', 'sec-fetch-mode': 'cors' })).status).toBe(401)
})

test('asks for a fresh login where a session alone is not enough', async () => {
  let now = 1e12
  const remember = createOneTimeTokens({
    store: createMemoryTokenStore(),
    purpose: 'remember-me',
    replace: false,
    now: () => now,
  })
  await using app = await start(people(), { remember, session: { now: () => now } })
  const browser = app.browser()
  await browser.get('/login?remember=1')
  expect((await browser.get('/password')).status).toBe(200)
  now += 61_000
  expect((await browser.get('/password')).status).toBe(401)
  expect((await browser.get('/me')).status).toBe(200)
  browser.jar.delete('__Host-session')
  expect((await browser.get('/me')).status).toBe(200)
  expect((await browser.get('/password')).status).toBe(401)
})

test('c.user without a guard says what is missing', async () => {
  await using app = await start(people())
  expect((await app.browser().get('/unguarded')).status).toBe(500)
})

describe('a remembered login', () => {
  function remembering(lifetimeMs?: number, store = createMemoryTokenStore()) {
    return createOneTimeTokens({ store, purpose: 'remember-me', replace: false, ...(lifetimeMs && { lifetimeMs }) })
  }
  const NAME = '__Host-session-remember'

  test('begins a new session by itself, and its token works once', async () => {
    await using app = await start(people(), { remember: remembering() })
    const browser = app.browser()
    await browser.get('/login?remember=1')
    const first = browser.jar.get(NAME)!
    browser.jar.delete('__Host-session')
    const stolen = browser.clone()
    expect(await (await browser.get('/me')).json()).toEqual({ name: 'Ada' })
    expect(browser.jar.get(NAME)).not.toBe(first)
    expect(browser.jar.has('__Host-session')).toBe(true)
    expect((await stolen.get('/me')).status).toBe(401)
  })

  test('is not forgotten by a second tab that comes with the same token', async () => {
    await using app = await start(people(), { remember: remembering() })
    const browser = app.browser()
    await browser.get('/login?remember=1')
    browser.jar.delete('__Host-session')
    const tabs = [browser.clone(), browser.clone()]
    const answers = await Promise.all(tabs.map(tab => tab.get('/me')))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
    // One jar, whichever answer comes last: only one of them sets cookies.
    const setting = answers.filter(({ headers }) => headers.getSetCookie().length > 0)
    expect(setting.map(({ status }) => status)).toEqual([200])
  })

  test('keeps of the anonymous session before what is listed', async () => {
    await using app = await start(people(), { remember: remembering(), keep: ['cart'] })
    const browser = app.browser()
    await browser.get('/login?remember=1')
    browser.jar.delete('__Host-session')
    await browser.get('/fill')
    expect((await browser.get('/me')).status).toBe(200)
    expect(await (await browser.get('/cart')).json()).toEqual([['grill'], null])
  })

  test('is not used up by the requests of a page beside its loading', async () => {
    await using app = await start(people(), { remember: remembering() })
    const browser = app.browser()
    await browser.get('/login?remember=1')
    browser.jar.delete('__Host-session')
    expect((await browser.get('/me', { 'sec-fetch-mode': 'cors' })).status).toBe(401)
    expect((await browser.get('/me', { 'sec-fetch-mode': 'navigate' })).status).toBe(200)
  })

  test('left from a time when logins were remembered is nothing where they are not', async () => {
    await using before = await start(people(), { remember: remembering() })
    const browser = before.browser()
    await browser.get('/login?remember=1')
    browser.jar.delete('__Host-session')
    await using app = await start(people())
    expect((await app.browser().get('/me', { cookie: browser.cookies })).status).toBe(401)
  })

  test('ends at logout, and with the user’s tokens', async () => {
    const tokens = remembering()
    await using app = await start(people(), { remember: tokens })
    const browser = app.browser()
    await browser.get('/login?remember=1')
    const copy = browser.clone()
    copy.jar.delete('__Host-session')
    await browser.get('/logout')
    expect(browser.jar.size).toBe(0)
    expect((await copy.get('/me')).status).toBe(401)
    await browser.get('/login?remember=1')
    browser.jar.delete('__Host-session')
    await tokens.revoke(1)
    expect((await browser.get('/me')).status).toBe(401)
  })

  test.each([
    [undefined, 60 * 60],
    [30 * 24 * 60 * 60 * 1000, 30 * 24 * 60 * 60],
    [90_999, 90],
  ])(
    'with tokens that are valid for %j milliseconds is kept for as long, in whole seconds',
    async (lifetimeMs, seconds) => {
      await using app = await start(people(), { remember: remembering(lifetimeMs) })
      const cookies = (await app.browser().get('/login?remember=1')).headers.getSetCookie()
      expect(cookies.find(cookie => cookie.startsWith(NAME))).toMatch(
        new RegExp(`=[\\w-]+; Max-Age=${seconds}; Path=/; HttpOnly; Secure; SameSite=Lax$`),
      )
    },
  )

  test('whose token comes a second time is in the log, with whose it was and since when', async () => {
    const lines: Record<string, unknown>[] = []
    const log = createLogger({ destination: { write: (line: string) => void lines.push(JSON.parse(line)) } })
    await using app = await start(people(), { remember: remembering(), http: { log } })
    const browser = app.browser()
    await browser.get('/login?remember=1')
    browser.jar.delete('__Host-session')
    const stolen = browser.clone()
    await browser.get('/me')
    await stolen.get('/me')
    expect(lines.filter(line => String(line.msg).includes('used again'))).toEqual([
      expect.objectContaining({ level: 'warn', userId: '1', sinceMs: expect.any(Number) }),
    ])
  })

  test('is not made unless asked for', async () => {
    await using app = await start(people(), { remember: remembering() })
    const browser = app.browser()
    await browser.get('/login')
    expect([...browser.jar.keys()]).toEqual(['__Host-session'])
  })
})

describe('a bearer token', () => {
  test('tells OpenAPI its format if it has one', () => {
    const verify = () => undefined
    expect(bearer({ verify }).openApi).toStrictEqual({ type: 'http', scheme: 'bearer' })
    const opaque = bearer({ verify, bearerFormat: 'opaque' })
    expect(opaque.openApi).toStrictEqual({ type: 'http', scheme: 'bearer', bearerFormat: 'opaque' })
    expect([opaque.name, opaque.realm]).toEqual(['Bearer', 'api'])
  })

  test('is found by its hash, needs no session, and wrong ones are refused as such', async () => {
    const users = people()
    const { token, hash } = newToken('shop_pat')
    await using app = await start(users, { findTokenUser: found => (found === hash ? users.get(2) : undefined) })
    const program = app.browser()
    const answer = await program.get('/me', { authorization: `Bearer ${token}` })
    expect(await answer.json()).toEqual({ name: 'Grace' })
    expect(answer.headers.getSetCookie()).toEqual([])
    expect((await program.get('/admin', { authorization: `Bearer ${token}` })).status).toBe(200)
    for (const wrong of [`${token}x`, token.slice(0, -1), hash, 'x']) {
      const refused = await program.get('/me', { authorization: `Bearer ${wrong}` })
      expect(refused.headers.get('www-authenticate')).toBe('Bearer realm="api", error="invalid_token"')
      expect(await code(refused)).toEqual([401, 'token_invalid'])
    }
    const none = await program.get('/me')
    expect(none.status).toBe(401)
    expect(none.headers.get('www-authenticate')).toBe('Bearer realm="api", Cookie realm="session"')
    expect((await program.get('/password', { authorization: `Bearer ${token}` })).status).toBe(401)
  })
})

test('an application can have its own scheme, with sessions and without them', async () => {
  const signature: AuthScheme<User> = {
    name: 'Signature',
    realm: 'hooks',
    openApi: { type: 'http', scheme: 'signature' },
    authenticate(c) {
      const [scheme, name] = c.req.header('authorization')?.split(' ') ?? []
      if (scheme !== 'Signature') return undefined
      return name === 'ada' ? { user: people().get(1)! } : { error: 'invalid_token', description: 'Not "signed"\n' }
    },
  }
  const auth = createAuthentication<User>({
    schemes: [signature],
    findUser: id => people().get(Number(id)),
    idOf: user => user.id,
  })
  const show = auth.requireUser(c => c.json({ name: (c.user as User).name }))
  const withSessions = session({ secrets: [SECRET] })
  for (const handler of [show, withSessions(show)]) {
    await using app = await serveHandler(handler)
    const ask = (authorization: string) => app.browser().get('/', { authorization })
    expect(await (await ask('Signature ada')).json()).toEqual({ name: 'Ada' })
    const refused = await ask('Signature bob')
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      `Signature realm="hooks", error="invalid_token", error_description="Not 'signed'?"`,
    ])
    expect((await app.browser().get('/')).headers.get('www-authenticate')).toMatch(/^Signature realm="hooks"/)
  }
})

describe('a login by password', () => {
  const passwords = createPasswords({ memoryCost: 7168, timeCost: 5 })

  async function login(throttle: 'none' | { wait: number }) {
    const stored = { user: 'ada', passwordHash: await passwords.hash('right') }
    const calls: string[] = []
    const it = createPasswordLogin<string>({
      passwords,
      find: async account => {
        calls.push(`find ${account}`)
        return account === 'ada' ? stored : undefined
      },
      rehash: async (user, passwordHash) => {
        calls.push(`rehash ${user}`)
        stored.passwordHash = passwordHash
      },
      throttle:
        throttle === 'none'
          ? 'none'
          : { attempt: () => throttle.wait, succeeded: account => void calls.push(`succeeded ${account}`) },
    })
    return { it, calls, stored }
  }

  test('gives the user for the right password, and one and the same no for everything else', async () => {
    const { it, calls } = await login({ wait: 0 })
    expect(await it.verify('ada', 'right', '192.0.2.1')).toBe('ada')
    expect(await it.verify('ada', 'wrong', '192.0.2.1')).toBeUndefined()
    expect(await it.verify('bob', 'right', '192.0.2.1')).toBeUndefined()
    expect(calls).toEqual(['find ada', 'succeeded ada', 'find ada', 'find bob'])
  })

  test('refuses a throttled attempt before it looks anything up', async () => {
    const { it, calls } = await login({ wait: 4200 })
    await expect(it.verify('ada', 'right', '192.0.2.1')).rejects.toMatchObject({
      status: 429,
      code: 'login_throttled',
      headers: { 'Retry-After': '5' },
    })
    expect(calls).toEqual([])
  })

  test('rehashes the password when the parameters have become stronger', async () => {
    const { it, calls, stored } = await login('none')
    stored.passwordHash = await createPasswords({ memoryCost: 9216, timeCost: 4 }).hash('right')
    expect(await it.verify('ada', 'right', '')).toBe('ada')
    expect(calls).toEqual(['find ada', 'rehash ada'])
    expect(stored.passwordHash).toContain('m=7168')
  })
})
