import { createLogger } from '@arlen/core/logger'
import { describe, expect, test } from 'vitest'
import { createMemorySessionStore, generateSecret, type SessionOptions, session } from '../src/index.ts'
import { type Routes, SECRET, startApp } from './app.ts'

const HOUR = 60 * 60 * 1000
const routes: Routes = {
  '/plain': () => 'nothing of a session',
  '/read': c => c.json({ name: c.session.get('name') ?? null }),
  '/write': c => {
    c.session.set('name', c.req.query.name ?? 'Ada')
    return c.redirect('/read')
  },
  '/destroy': c => {
    c.session.destroy()
    return 'gone'
  },
  '/login': c => {
    c.session.login(7, { keep: ['cart'] })
    return 'in'
  },
  '/id': c => c.text(c.session.id),
  '/user': c => c.json({ user: c.session.user?.id ?? null, cart: c.session.get('cart') ?? null }),
  '/cart': c => {
    c.session.set('cart', ['propane'])
    c.session.set('draft', 'x')
    return 'ok'
  },
  '/throw': c => {
    c.session.set('name', 'before the error')
    throw new Error('broken')
  },
  '/huge': c => {
    c.session.set('small', 1)
    c.session.set('big', 'x'.repeat(5000))
    return 'never sent'
  },
}

type Backend = [name: string, options: (now?: () => number) => Partial<SessionOptions>]
const backends: Backend[] = [
  ['sealed into the cookie', () => ({})],
  ['kept in a store', (now = Date.now) => ({ store: createMemorySessionStore({ now }) })],
]

describe.each(backends)('a session %s', (_, options) => {
  test('is restored with the next request, and set in the head of the same response', async () => {
    await using app = await startApp(routes, options())
    const browser = app.browser()
    const answer = await browser.get('/write?name=Grace')
    expect(answer.status).toBe(303)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.getSetCookie()).toHaveLength(1)
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^__Host-session=1[\w-]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
    expect(await (await browser.get('/read')).json()).toEqual({ name: 'Grace' })
  })

  test('sets no cookie if nothing changed, and is not opened unless it is used', async () => {
    await using app = await startApp(routes, options())
    const browser = app.browser()
    const stranger = await browser.get('/read')
    expect(stranger.headers.getSetCookie()).toEqual([])
    expect(stranger.headers.get('cache-control')).toBeNull()
    await browser.get('/write')
    for (const [path, caching] of [
      ['/plain', null],
      ['/read', 'private, no-cache'],
      ['/id', 'private, no-cache'],
    ] as const) {
      const answer = await browser.get(path)
      expect(answer.headers.getSetCookie(), path).toEqual([])
      expect(answer.headers.get('cache-control'), path).toBe(caching)
    }
  })

  test('survives a read-only request beside the one that writes, 100 times of 100', async () => {
    await using app = await startApp(routes, options())
    const browser = app.browser()
    await browser.get('/write?name=0')
    for (let round = 1; round <= 100; round++) {
      const answers = await Promise.all([browser.get(`/write?name=${round}`), browser.get('/read')])
      expect(answers[1]!.headers.getSetCookie()).toEqual([])
      expect(await (await browser.get('/read')).json()).toEqual({ name: String(round) })
    }
  })

  test("is the request's own, however often its cookie was seen", async () => {
    const cart = { items: ['propane'] }
    await using app = await startApp(
      {
        ...routes,
        '/fill': c => {
          c.session.set('cart', cart)
          c.session.set('name', 'Ada')
          c.session.set('none', null)
          return 'ok'
        },
        '/look': c =>
          c.json([c.session.get('name'), c.session.get('none'), c.session.has('cart'), c.session.has('toString')]),
        // Changed, and then forgotten: nothing of it is written.
        '/spoil': c => {
          c.session.get<typeof cart>('cart')!.items.push('stolen')
          c.session.set('name', 'Eve')
          c.session.discard()
          return 'ok'
        },
        '/all': c => c.json(Object.fromEntries(c.session.entries())),
        '/new-id': c => {
          c.session.regenerate()
          return 'ok'
        },
      },
      options(),
    )
    const browser = app.browser()
    await browser.get('/fill')
    const filled = { cart, name: 'Ada', none: null }
    for (let time = 0; time < 4; time++) {
      expect(await (await browser.get('/look')).json()).toEqual(['Ada', null, true, false])
      await browser.get('/spoil')
      expect(await (await browser.get('/all')).json()).toEqual(filled)
    }
    await browser.get('/new-id')
    expect(await (await browser.get('/all')).json()).toEqual(filled)
    await browser.get('/write?name=Grace')
    expect(await (await browser.get('/look')).json()).toEqual(['Grace', null, true, false])
  })

  test('expires, however often its cookie was seen', async () => {
    let now = Date.now()
    await using app = await startApp(routes, { ...options(() => now), now: () => now, idleMs: HOUR })
    const browser = app.browser()
    await browser.get('/write?name=Grace')
    for (let time = 0; time < 4; time++) expect(await (await browser.get('/read')).json()).toEqual({ name: 'Grace' })
    now += HOUR
    expect(await (await browser.get('/read')).json()).toEqual({ name: null })
  })

  test('is over when it is destroyed, and its old cookie with a store too', async () => {
    await using app = await startApp(routes, options())
    const browser = app.browser()
    await browser.get('/write')
    const before = browser.clone()
    const [cookie] = (await browser.get('/destroy')).headers.getSetCookie()
    expect(cookie).toBe('__Host-session=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax')
    expect(await (await browser.get('/read')).json()).toEqual({ name: null })
    const replayed = await (await before.get('/read')).json()
    if (_.includes('store')) expect(replayed).toEqual({ name: null })
  })

  test('gets a new id at login, keeps only what is listed, and the old id is worth nothing', async () => {
    await using app = await startApp(routes, options())
    const browser = app.browser()
    await browser.get('/cart')
    const attacker = browser.clone()
    const before = await (await browser.get('/id')).text()
    await browser.get('/login')
    expect(await (await browser.get('/id')).text()).not.toBe(before)
    expect(await (await browser.get('/user')).json()).toEqual({ user: 7, cart: ['propane'] })
    expect(await (await attacker.get('/user')).json()).toMatchObject({ user: null })
  })

  test('ends when it was not used for the idle time', async () => {
    let now = 1e12
    await using app = await startApp(routes, { ...options(() => now), idleMs: HOUR, now: () => now })
    const browser = app.browser()
    await browser.get('/write')
    now += HOUR - 1000
    expect(await (await browser.get('/read')).json()).toEqual({ name: 'Ada' })
    now += HOUR - 2000
    expect(await (await browser.get('/read')).json()).toEqual({ name: 'Ada' })
    now += HOUR + 1000
    expect(await (await browser.get('/read')).json()).toEqual({ name: null })
  })

  test('ends after the absolute time, however much it is used', async () => {
    let now = 1e12
    await using app = await startApp(routes, {
      ...options(() => now),
      idleMs: HOUR,
      absoluteMs: 3 * HOUR,
      now: () => now,
    })
    const browser = app.browser()
    await browser.get('/write')
    for (let i = 0; i < 5; i++) {
      now += HOUR / 2
      expect(await (await browser.get('/read')).json()).toEqual({ name: 'Ada' })
    }
    const last = await browser.get('/write?name=again')
    if (!_.includes('store')) expect(last.headers.getSetCookie()[0]).toContain('Max-Age=1800;')
    now += HOUR / 2
    expect(await (await browser.get('/read')).json()).toEqual({ name: null })
  })

  test('survives new secrets: three rotations, no logout', async () => {
    const shared = options()
    const browser = await (async () => {
      await using app = await startApp(routes, { ...shared, secrets: [SECRET] })
      const first = app.browser()
      await first.get('/write?name=rotated')
      return first
    })()
    const secrets = [SECRET]
    for (let rotation = 0; rotation < 3; rotation++) {
      secrets.unshift(generateSecret())
      await using app = await startApp(routes, { ...shared, secrets: secrets.slice(0, 2) })
      const moved = app.browser()
      for (const [name, value] of browser.jar) moved.jar.set(name, value)
      expect((await moved.get('/read', { 'sec-fetch-mode': 'cors' })).headers.getSetCookie()).toEqual([])
      const answer = await moved.get('/read', { 'sec-fetch-mode': 'navigate' })
      expect(await answer.json()).toEqual({ name: 'rotated' })
      expect(answer.headers.getSetCookie()).toHaveLength(1)
      expect((await moved.get('/read', { 'sec-fetch-mode': 'navigate' })).headers.getSetCookie()).toEqual([])
      for (const [name, value] of moved.jar) browser.jar.set(name, value)
    }
    await using app = await startApp(routes, { ...shared, secrets: [generateSecret()] })
    const stranger = app.browser()
    for (const [name, value] of browser.jar) stranger.jar.set(name, value)
    expect(await (await stranger.get('/read')).json()).toEqual({ name: null })
  })

  test('is written also where the handler failed', async () => {
    await using app = await startApp(routes, options())
    const browser = app.browser()
    const answer = await browser.get('/throw')
    expect(answer.status).toBe(500)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(await (await browser.get('/read')).json()).toEqual({ name: 'before the error' })
  })

  test('takes no harm from broken cookies: no error, no log line, no other answer than to a stranger', async () => {
    const lines: string[] = []
    const log = createLogger({ level: 'info', destination: { write: (line: string) => void lines.push(line) } })
    await using app = await startApp(routes, options(), { log })
    const browser = app.browser()
    await browser.get('/write')
    const value = browser.jar.get('__Host-session')!
    for (const cookie of [
      '__Host-session=',
      `__Host-session=${value.slice(0, -1)}`,
      `__Host-session=${value}x`,
      `__Host-session=${value}; __Host-session=${value.slice(0, -2)}AA`,
      `__Host-session="${value}"`,
      `__Host-session=%31${value.slice(1)}`,
      `__Host-session=${value.slice(0, 60)}é${value.slice(61)}`,
      `__Host-session=${'A'.repeat(6000)}`,
      `__Host-session=1AAAA${'A'.repeat(200)}`,
      `session=${value}`,
      `insecure-session=${value}`,
      `__Host-session-flash=${value}`,
      '__Host-session=; ; ;;= ;__Host-session',
    ]) {
      const answer = await browser.get('/read', { cookie: Buffer.from(cookie).toString('latin1') })
      expect(answer.status, cookie).toBe(200)
      expect(await answer.json(), cookie).toEqual({ name: null })
    }
    expect(lines.filter(line => !line.includes('session cookies are Secure'))).toEqual([])
  })
})

test('the last use is in a cookie of its own, which counts for its session alone and goes with it', async () => {
  let now = 1e12
  await using app = await startApp(routes, { idleMs: HOUR, now: () => now })
  const [ada, bob] = [app.browser(), app.browser()]
  await ada.get('/write')
  await bob.get('/write?name=Bob')
  now += HOUR / 4
  expect((await ada.get('/read')).headers.getSetCookie()).toEqual([])
  now += 1000
  const [seen] = (await ada.get('/read')).headers.getSetCookie()
  expect(seen).toMatch(/^__Host-session-seen=1[\w-]+; Max-Age=3600; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  bob.jar.set('__Host-session-seen', ada.jar.get('__Host-session-seen')!)
  now += HOUR - HOUR / 4
  expect(await (await ada.get('/read')).json()).toEqual({ name: 'Ada' })
  expect(await (await bob.get('/read')).json()).toEqual({ name: null })
  const forgotten = (await ada.get('/destroy')).headers.getSetCookie()
  expect(forgotten.map(cookie => cookie.split(';').slice(0, 2).join())).toEqual([
    '__Host-session=, Max-Age=0',
    '__Host-session-seen=, Max-Age=0',
  ])
})

test('nothing is forgotten that the browser does not have', async () => {
  await using app = await startApp(routes)
  const browser = app.browser()
  expect((await browser.get('/destroy')).headers.getSetCookie()).toEqual([])
  await browser.get('/write')
  expect((await browser.get('/destroy')).headers.getSetCookie()).toHaveLength(1)
})

test('lasts 12 hours without use and 7 days with it where nothing else is said', async () => {
  let now = 1e12
  await using app = await startApp(routes, { now: () => now })
  const busy = app.browser()
  await busy.get('/write')
  for (let hours = 6; hours < 7 * 24; hours += 6) {
    now += 6 * HOUR
    expect(await (await busy.get('/read')).json(), `${hours} h`).toEqual({ name: 'Ada' })
  }
  now += 6 * HOUR - 1000
  expect(await (await busy.get('/read')).json()).toEqual({ name: 'Ada' })
  now += 1000
  expect(await (await busy.get('/read')).json()).toEqual({ name: null })
  const fresh = app.browser()
  await fresh.get('/write')
  const later = fresh.clone()
  now += 12 * HOUR - 1000
  expect(await (await fresh.clone().get('/read')).json()).toEqual({ name: 'Ada' })
  now += 1000
  expect(await (await later.get('/read')).json()).toEqual({ name: null })
})

test('a session too large for a cookie is an error that says what is large, and sets nothing', async () => {
  const errors: unknown[] = []
  await using app = await startApp(
    routes,
    {},
    {
      onError: (error, c) => {
        errors.push(error)
        return c.problemOf(error)
      },
    },
  )
  const answer = await app.browser().get('/huge')
  expect(answer.status).toBe(500)
  expect(answer.headers.getSetCookie()).toEqual([])
  expect(errors).toMatchObject([{ code: 'session_too_large' }])
  expect(String(errors[0])).toMatch(/would have [67]\d\d\d bytes.*big 5002, small 1/)
  await using large = await startApp(routes, { store: createMemorySessionStore() })
  expect((await large.browser().get('/huge')).status).toBe(200)
})

test('for development over http the cookie has another name and needs no https', async () => {
  await using app = await startApp(routes, { secure: false })
  const [cookie] = (await app.browser().get('/write')).headers.getSetCookie()
  expect(cookie).toMatch(/^insecure-session=1[\w-]+; Max-Age=604800; Path=\/; HttpOnly; SameSite=Lax$/)
})

test('shares a session with subdomains only where told, and then not under the name that says it does not', async () => {
  await using app = await startApp(routes, { domain: 'shop.example', persistent: false, sameSite: 'strict' })
  const [cookie] = (await app.browser().get('/write')).headers.getSetCookie()
  expect(cookie).toMatch(/^__Secure-session=1[\w-]+; Domain=shop.example; Path=\/; HttpOnly; Secure; SameSite=Strict$/)
})

test('a session of a store that was ended elsewhere does not come back', async () => {
  const store = createMemorySessionStore()
  await using app = await startApp(
    {
      ...routes,
      '/slow': async c => {
        c.session.set('name', 'late')
        await store.removeUser(7)
        return 'ok'
      },
    },
    { store },
  )
  const browser = app.browser()
  await browser.get('/login')
  const [cookie] = (await browser.get('/slow')).headers.getSetCookie()
  expect(cookie).toContain('Max-Age=0')
  expect(await (await browser.get('/user')).json()).toEqual({ user: null, cart: null })
})

test('a session that is gone from its store gets no new cookie, whatever has become of the secrets', async () => {
  const store = createMemorySessionStore()
  await using before = await startApp(routes, { store })
  const browser = before.browser()
  await browser.get('/login')
  await store.removeUser(7)
  await using app = await startApp(routes, { store, secrets: [generateSecret(), SECRET] })
  const later = app.browser()
  const headers = { cookie: browser.cookies, 'sec-fetch-mode': 'navigate' }
  const answer = await later.get('/user', headers)
  expect(await answer.json()).toEqual({ user: null, cart: null })
  expect(answer.headers.getSetCookie()).toEqual([])
})

test('with a store, requests that change different keys at the same time both count', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  await using app = await startApp(
    {
      ...routes,
      '/slow': async c => {
        c.session.set('slow', 1)
        await held
        return 'ok'
      },
      '/fast': c => {
        c.session.set('fast', 2)
        c.session.delete('name')
        return 'ok'
      },
      '/all': c => c.json([c.session.get('slow'), c.session.get('fast'), c.session.get('name') ?? null]),
    },
    { store: createMemorySessionStore() },
  )
  const browser = app.browser()
  await browser.get('/write')
  const slow = browser.get('/slow')
  await browser.get('/fast')
  release()
  await slow
  expect(await (await browser.get('/all')).json()).toEqual([1, 2, null])
})

test('options with which browsers would drop every cookie are refused at the start', () => {
  const options = { secrets: [generateSecret()] }
  for (const bad of [
    { secure: false, sameSite: 'none' },
    { domain: 'shop.example; Path=/' },
    { cookieName: 'a b' },
  ] as const) {
    expect(() => session({ ...options, ...bad })).toThrow(expect.objectContaining({ code: 'cookie_invalid' }))
  }
  expect(() => session({ ...options, sameSite: 'none' })).not.toThrow()
})
