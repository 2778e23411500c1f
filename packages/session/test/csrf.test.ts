import type { Handler } from '@arlen/http'
import { describe, expect, test } from 'vitest'
import { CSRF_FIELD } from '../src/csrf/csrf-fields.ts'
import { createMemorySessionStore, csrf, generateSecret, type MemorySessionStore, session } from '../src/index.ts'
import { route, SECRET, serveHandler, type TestApp } from './app.ts'
import type { Browser } from './browser.ts'

const handler: Handler = route({
  '/form': c => c.html(c.csrfField()),
  '/token': c => c.text(c.csrfToken()),
  '/login': c => {
    c.session.login(1)
    return 'in'
  },
  '/logout': c => {
    c.session.logout()
    return 'out'
  },
  '/change': async c => {
    const type = c.req.header('content-type') ?? ''
    return { changed: true, form: type.startsWith('application/x-www') ? await c.req.form() : null }
  },
})

function start(options: { trustedOrigins?: string[] } = {}, store?: MemorySessionStore): Promise<TestApp> {
  const withSessions = session({ secrets: [SECRET], store })
  return serveHandler(withSessions(csrf(options)(handler)))
}

async function tokenOf(browser: Browser): Promise<string> {
  return (await browser.get('/token')).text()
}

async function problem(response: Response): Promise<[number, string]> {
  const { code } = (await response.json()) as { code: string }
  return [response.status, code]
}

describe('a request that changes something', () => {
  test('passes with the token of its session, in the field or in the header', async () => {
    await using app = await start()
    const browser = app.browser()
    const page = await (await browser.get('/form')).text()
    const token = /^<input type="hidden" name="csrf_token" value="(1[\w-]+)">$/.exec(page)![1]!
    const sent = await browser.post('/change', { [CSRF_FIELD]: token, name: 'Ada' })
    expect(await sent.json()).toEqual({ changed: true, form: { [CSRF_FIELD]: token, name: 'Ada' } })
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      const headers = { 'x-csrf-token': await tokenOf(browser), 'content-type': 'application/json' }
      expect((await browser.request('/change', { method, headers, body: '{}' })).status, method).toBe(200)
    }
  })

  test('is refused without a token, whatever its method and type', async () => {
    await using app = await start()
    const browser = app.browser()
    await browser.get('/form')
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      for (const type of [
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'text/plain',
        'application/json',
      ]) {
        const answer = await browser.request('/change', { method, headers: { 'content-type': type }, body: 'a=1' })
        expect(await problem(answer), `${method} ${type}`).toEqual([403, 'csrf_token_missing'])
      }
    }
    expect(await problem(await browser.request('/change', { method: 'POST' }))).toEqual([403, 'csrf_token_missing'])
    expect(await problem(await browser.post('/change', { [CSRF_FIELD]: '' }))).toEqual([403, 'csrf_token_missing'])
    const twice = { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    expect(await problem(await browser.request('/change', { ...twice, body: 'csrf_token=a&csrf_token=b' }))).toEqual([
      403,
      'csrf_token_missing',
    ])
  })

  test('is refused with a token of another session, of another secret, or without its session', async () => {
    await using app = await start()
    const [browser, other] = [app.browser(), app.browser()]
    await browser.get('/form')
    const foreign = await tokenOf(other)
    expect(await problem(await browser.post('/change', { [CSRF_FIELD]: foreign }))).toEqual([403, 'csrf_token_invalid'])
    const own = await tokenOf(browser)
    const cookieless = app.browser()
    expect(await problem(await cookieless.post('/change', { [CSRF_FIELD]: own }))).toEqual([
      403,
      'csrf_session_missing',
    ])
    await using stranger = await serveHandler(session({ secrets: [generateSecret()] })(csrf()(handler)))
    const elsewhere = await tokenOf(stranger.browser())
    expect(await problem(await browser.post('/change', { [CSRF_FIELD]: elsewhere }))).toEqual([
      403,
      'csrf_token_invalid',
    ])
    for (const bad of ['x', `${own}A`, own.slice(0, -2), own.toUpperCase(), 'A'.repeat(100_000)]) {
      expect(await problem(await browser.post('/change', { [CSRF_FIELD]: bad }))).toEqual([403, 'csrf_token_invalid'])
    }
  })

  test('is refused with a session cookie that someone tossed beside the right one', async () => {
    await using app = await start()
    const [victim, attacker] = [app.browser(), app.browser()]
    await victim.get('/form')
    const token = await tokenOf(attacker)
    const cookie = `${attacker.cookies}; ${victim.cookies}`
    expect(await problem(await victim.post('/change', { [CSRF_FIELD]: token }, { cookie }))).toEqual([
      403,
      'csrf_session_missing',
    ])
  })

  test.each([
    ['sealed', undefined],
    ['stored', createMemorySessionStore()],
  ])('is refused with a token from before login or logout (session %s)', async (_, store) => {
    await using app = await start({}, store)
    const browser = app.browser()
    const before = await tokenOf(browser)
    await browser.get('/login')
    expect(await problem(await browser.post('/change', { [CSRF_FIELD]: before }))).toEqual([403, 'csrf_token_invalid'])
    const after = await tokenOf(browser)
    expect((await browser.post('/change', { [CSRF_FIELD]: after })).status).toBe(200)
    await browser.get('/logout')
    expect(await problem(await browser.post('/change', { [CSRF_FIELD]: after }))).toEqual([403, 'csrf_session_missing'])
  })

  test('of another site is refused even with the right token, and says by what sign', async () => {
    await using app = await start({ trustedOrigins: ['https://pay.example'] })
    const browser = app.browser()
    const token = await tokenOf(browser)
    const send = (headers: Record<string, string>) => browser.post('/change', { [CSRF_FIELD]: token }, headers)
    for (const [headers, evidence] of [
      [{ 'sec-fetch-site': 'cross-site' }, 'Sec-Fetch-Site'],
      [{ 'sec-fetch-site': 'same-site' }, 'Sec-Fetch-Site'],
      [{ origin: 'https://evil.example' }, 'Origin'],
      [{ origin: 'null' }, 'Origin'],
    ] as const) {
      const answer = await send(headers)
      expect(await answer.json()).toMatchObject({
        status: 403,
        code: 'csrf_cross_site',
        detail: expect.stringContaining(evidence),
      })
    }
    for (const headers of [{ 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }, { origin: app.origin }]) {
      expect((await send(headers)).status).toBe(200)
    }
    expect((await send({ origin: 'https://pay.example', 'sec-fetch-site': 'cross-site' })).status).toBe(200)
  })

  test('does not pass by a header that says same-origin, which any program can send', async () => {
    await using app = await start()
    const browser = app.browser()
    await browser.get('/form')
    const headers = { 'sec-fetch-site': 'same-origin', origin: app.origin }
    expect(await problem(await browser.post('/change', {}, headers))).toEqual([403, 'csrf_token_missing'])
  })

  test('needs no token where no cookie could have lent it rights', async () => {
    await using app = await start()
    const program = app.browser()
    const json = { 'content-type': 'application/json' }
    const send = (headers: Record<string, string>) =>
      program.request('/change', { method: 'POST', headers, body: '{}' })
    expect((await send(json)).status).toBe(200)
    expect((await send({ ...json, authorization: 'Bearer abc', cookie: 'theme=dark' })).status).toBe(200)
    expect((await send({ authorization: 'Bearer abc' })).status).toBe(200)
    expect(await problem(await send({}))).toEqual([403, 'csrf_token_missing'])
    expect(await problem(await send({ ...json, cookie: 'theme=dark' }))).toEqual([403, 'csrf_token_missing'])
    expect(await problem(await send({ ...json, authorization: 'Basic abc', cookie: 'a=b' }))).toEqual([
      403,
      'csrf_token_missing',
    ])
    await program.get('/form')
    expect(await problem(await send({ ...json, authorization: 'Bearer abc' }))).toEqual([403, 'csrf_token_missing'])
    expect(await problem(await send({ ...json, 'sec-fetch-site': 'cross-site' }))).toEqual([403, 'csrf_cross_site'])
  })
})

test('a page with a token is kept out of caches, and its token is another one each time', async () => {
  await using app = await start()
  const browser = app.browser()
  const first = await browser.get('/form')
  expect(first.headers.get('cache-control')).toBe('no-store')
  expect(first.headers.getSetCookie()).toHaveLength(1)
  const second = await browser.get('/form')
  expect(second.headers.get('cache-control')).toBe('no-store')
  expect(second.headers.getSetCookie()).toEqual([])
  expect(await second.text()).not.toBe(await first.text())
})

test('safe methods need nothing', async () => {
  await using app = await start()
  for (const method of ['GET', 'HEAD', 'OPTIONS', 'QUERY']) {
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    expect((await app.browser().request('/change', { method, headers })).status, method).toBe(200)
  }
})

describe('a form with files', () => {
  /** The upload of a page, with its parts in this order. */
  async function upload(browser: Browser, parts: readonly (readonly [string, string | File])[], headers = {}) {
    const form = new FormData()
    for (const [name, value] of parts) form.append(name, value)
    const sent = new Response(form)
    const body = await sent.text()
    const type = { 'content-type': sent.headers.get('content-type')! }
    return browser.request('/upload', { method: 'POST', body, headers: { ...type, ...headers } })
  }

  async function startUpload(): Promise<{ app: TestApp; browser: Browser; uploads: () => number }> {
    let uploads = 0
    const withSessions = session({ secrets: [SECRET] })
    const app = await serveHandler(
      withSessions(
        csrf()(
          route({
            '/token': c => c.text(c.csrfToken()),
            '/upload': async c => {
              uploads++
              const names: string[] = []
              for await (const part of c.req.multipart()) names.push(part.name)
              return names
            },
          }),
        ),
      ),
    )
    return { app, browser: app.browser(), uploads: () => uploads }
  }

  const file = new File(['x'.repeat(100_000)], 'holiday.jpg')

  test('passes with the token in a field before them, or in the header', async () => {
    const { app, browser, uploads } = await startUpload()
    const token = await tokenOf(browser)
    const inField = await upload(browser, [
      ['title', 'At the lake'],
      [CSRF_FIELD, token],
      ['photo', file],
    ])
    expect(await inField.json()).toEqual(['title', CSRF_FIELD, 'photo'])
    const inHeader = await upload(browser, [['photo', file]], { 'x-csrf-token': token })
    expect(await inHeader.json()).toEqual(['photo'])
    expect(uploads()).toBe(2)
    await app[Symbol.asyncDispose]()
  })

  test('is refused before it is read without a token, with a foreign one, or with one behind the files', async () => {
    const { app, browser, uploads } = await startUpload()
    const token = await tokenOf(browser)
    const foreign = await tokenOf(app.browser())
    expect(await problem(await upload(browser, [['photo', file]]))).toEqual([403, 'csrf_token_missing'])
    const late = await upload(browser, [
      ['photo', file],
      [CSRF_FIELD, token],
    ])
    expect(await problem(late)).toEqual([403, 'csrf_token_missing'])
    const asFile = await upload(browser, [
      [CSRF_FIELD, new File([token], 't')],
      ['photo', file],
    ])
    expect(await problem(asFile)).toEqual([403, 'csrf_token_missing'])
    const stranger = await upload(browser, [
      [CSRF_FIELD, foreign],
      ['photo', file],
    ])
    expect(await problem(stranger)).toEqual([403, 'csrf_token_invalid'])
    // Nor does a field stand in for a header that is wrong.
    const both = await upload(browser, [[CSRF_FIELD, token]], { 'x-csrf-token': foreign })
    expect(await problem(both)).toEqual([403, 'csrf_token_invalid'])
    expect(uploads()).toBe(0)
    await app[Symbol.asyncDispose]()
  })
})
