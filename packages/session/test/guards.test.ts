import { Context, createServer, type Handler } from '@arlen/http'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type Authentication,
  type AuthenticationOptions,
  type AuthScheme,
  bearer,
  createAuthentication,
  createMemoryTokenStore,
  createOneTimeTokens,
  session,
  withSession,
} from '../src/index.ts'
import { SECRET, serveHandler } from './app.ts'
import { Browser } from './browser.ts'

interface User {
  id: number
}

const token = bearer<User>({ verify: text => (text === 't' ? { user: { id: 1 } } : undefined) })

async function ask(handler: Handler, headers: Record<string, string> = {}): Promise<Response> {
  const server = createServer(handler, { context: withSession(Context) })
  onTestFinished(() => server.close({ graceMs: 0 }))
  const { port } = await server.listen({ port: 0 })
  return new Browser(`http://127.0.0.1:${port}`).get('/', headers)
}

const authorized = { authorization: 'Bearer t' }

test('a guard works before a handler as it does around it', async () => {
  const { requireUser } = createAuthentication<User>({ schemes: [token] })
  const before: Handler = async c => (await requireUser(c)) ?? c.json(c.user)
  const around = requireUser(c => c.json(c.user))
  for (const handler of [before, around]) {
    expect((await ask(handler)).status).toBe(401)
    expect(await (await ask(handler, authorized)).json()).toEqual({ id: 1 })
  }
})

test('the answer of a guard is the response, before a handler too', async () => {
  const { requireUser } = createAuthentication<User>({ schemes: [token], loginPath: '/login' })
  const before: Handler = async c => (await requireUser(c)) ?? c.json(c.user)
  for (const handler of [before, requireUser(c => c.json(c.user))]) {
    const answer = await ask(handler, { accept: 'text/html' })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/login?return=%2F'])
  }
})

test('the challenges are those of the schemes, and that of sessions where there are any', async () => {
  const { requireUser } = createAuthentication<User>({ schemes: [token], findUser: () => undefined })
  const handler = requireUser(() => 'x')
  const challenges = async (outer: Handler) => (await ask(outer)).headers.get('www-authenticate')
  expect(await challenges(handler)).toBe('Bearer realm="api"')
  expect(await challenges(session({ secrets: [SECRET] })(handler))).toBe('Bearer realm="api", Cookie realm="session"')
})

test('a guard that has neither sessions nor schemes to ask says what is missing', async () => {
  const { requireUser } = createAuthentication<User>({ findUser: () => undefined })
  let failure: unknown
  await ask(async c => {
    try {
      await requireUser(c)
    } catch (error) {
      failure = error
    }
    return 'x'
  })
  expect(failure).toMatchObject({ code: 'session_missing', message: expect.stringContaining('no schemes of') })
})

test('a guard asks for the user once, however often it and the handler read it', async () => {
  let asked = 0
  const counting = bearer<User>({ verify: () => ({ user: { id: ++asked } }) })
  const { requireUser, loadUser } = createAuthentication<User>({ schemes: [counting] })
  const handler = loadUser(requireUser(c => c.json([c.user, c.user])))
  expect(await (await ask(handler, authorized)).json()).toEqual([{ id: 1 }, { id: 1 }])
  expect(asked).toBe(1)
})

describe('a guard for scopes', () => {
  const scoped = bearer<User>({
    realm: 'shop',
    verify: text => (text === 'none' ? { user: { id: 1 } } : { user: { id: 1 }, scopes: text.split('+') }),
  })
  const auth = createAuthentication<User>({ schemes: [scoped], findUser: id => ({ id: Number(id) }), idOf: u => u.id })
  const guarded = auth.requireScope('read', 'write')(() => 'in')

  test('lets tokens with all of them pass, and says to others what they lack', async () => {
    for (const token of ['read+write', 'write+admin+read']) {
      expect((await ask(guarded, { authorization: `Bearer ${token}` })).status).toBe(200)
    }
    for (const token of ['read', 'write', 'none', 'readwrite']) {
      const refused = await ask(guarded, { authorization: `Bearer ${token}` })
      const { code, detail } = (await refused.json()) as { code: string; detail: string }
      expect([token, refused.status, code, detail]).toEqual([
        token,
        403,
        'scope_required',
        'The token lacks a required scope. Needed: read write.',
      ])
      expect(refused.headers.get('www-authenticate')).toBe(
        'Bearer realm="shop", error="insufficient_scope", scope="read write"',
      )
    }
  })

  test('lets users with a session pass, and no one who is unknown', async () => {
    const app = await startGuarded(auth, guarded)
    expect((await app.get('/')).status).toBe(401)
    await app.get('/login')
    expect((await app.get('/')).status).toBe(200)
  })
})

test('a recent login is one of the last quarter of an hour where nothing else is said', async () => {
  let now = 1e12
  const auth = createAuthentication<User>({ findUser: id => ({ id: Number(id) }), idOf: user => user.id })
  const [recent, minute] = [auth.requireRecentLogin()(() => 'in'), auth.requireRecentLogin(60_000)(() => 'in')]
  const handler: Handler = c => (c.req.query.within === 'minute' ? minute : recent)(c)
  const browser = await startGuarded(auth, handler, { now: () => now })
  const within = async (path: string) => (await browser.get(path)).status
  await browser.get('/login')
  now += 60_000
  expect([await within('/'), await within('/?within=minute')]).toEqual([200, 200])
  now += 1000
  expect([await within('/'), await within('/?within=minute')]).toEqual([200, 401])
  now += 14 * 60_000 - 1000
  expect(await within('/')).toBe(200)
  now += 1000
  expect(await within('/')).toBe(401)
})

test('more than one token is no token: the answer says what to send', async () => {
  const { requireUser } = createAuthentication<User>({ schemes: [token] })
  const refused = await ask(
    requireUser(() => 'in'),
    { authorization: 'Bearer one two' },
  )
  expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([400, 'authorization_malformed'])
  expect(refused.headers.get('www-authenticate')).toBe(
    'Bearer realm="api", error="invalid_request", error_description="Send one token: Bearer <token>"',
  )
})

test('a guard tells OpenAPI how to pass it', () => {
  const hooks: AuthScheme<User> = {
    name: 'Hook',
    realm: 'hooks',
    openApi: { type: 'http', scheme: 'hook' },
    authenticate: () => undefined,
  }
  const second = bearer<User>({ verify: () => undefined, bearerFormat: 'second' })
  const auth = createAuthentication<User>({ schemes: [token, second, hooks] })
  const schemes = { Bearer: { type: 'http', scheme: 'bearer' }, Hook: { type: 'http', scheme: 'hook' } }
  expect(auth.requireUser.security).toEqual({ schemes, scopes: [], optional: false })
  expect(auth.loadUser.security).toEqual({ schemes, scopes: [], optional: true })
  expect(auth.requireScope('a', 'b').security).toEqual({ schemes, scopes: ['a', 'b'], optional: false })
  const Session = { type: 'apiKey', in: 'cookie', name: '__Host-session' }
  const both = createAuthentication<User>({ schemes: [token], findUser: () => undefined })
  expect(both.requireRole('admin').security.schemes).toEqual({ Bearer: schemes.Bearer, Session })
})

describe('what needs an option that is missing names both:', () => {
  const unsupported = (what: string, option: string) => ({
    code: 'login_unsupported',
    message: `${what} needs the option ${option} of createAuthentication().`,
  })
  const tokens = createOneTimeTokens({ store: createMemoryTokenStore(), purpose: 'remember-me', replace: false })

  test('a remembered login, when it is made possible', () => {
    expect(() => createAuthentication<User>({ remember: tokens })).toThrow(
      expect.objectContaining(unsupported('A remembered login', 'findUser')),
    )
  })

  test.each<[string, AuthenticationOptions<User>, string, string]>([
    ['a login', { findUser: () => undefined }, 'login()', 'idOf'],
    ['a session', { idOf: user => user.id }, 'A session', 'findUser'],
  ])('%s', async (_, options, what, option) => {
    const auth = createAuthentication<User>(options)
    const failures: unknown[] = []
    const handler: Handler = async c => {
      try {
        if (what === 'A session') c.session.login(1)
        await (what === 'A session' ? auth.requireUser(() => 'in')(c) : auth.login(c, { id: 1 }))
      } catch (error) {
        failures.push(error)
      }
      return 'x'
    }
    await ask(session({ secrets: [SECRET] })(handler))
    expect(failures).toMatchObject([unsupported(what, option)])
  })
})

/** A server whose `/login` logs the user 1 in; all else is the handler's. */
async function startGuarded(auth: Authentication<User>, handler: Handler, options = {}): Promise<Browser> {
  const app = await serveHandler(
    session({ secrets: [SECRET], ...options })(async c => {
      if (c.req.path !== '/login') return handler(c)
      await auth.login(c, { id: 1 })
      return 'in'
    }),
  )
  onTestFinished(() => app[Symbol.asyncDispose]())
  return app.browser()
}
