import { Readable } from 'node:stream'
import { createLogger } from '@arlen/core/logger'
import type { Context, HttpOptions } from '@arlen/http'
import { describe, expect, test } from 'vitest'
import { session } from '../src/index.ts'
import { type Routes, route, SECRET, serveHandler, startApp } from './app.ts'

interface Line {
  level: string
  msg: string
}

function logged(): { lines: Line[]; http: HttpOptions } {
  const lines: Line[] = []
  const log = createLogger({ destination: { write: (line: string) => void lines.push(JSON.parse(line)) } })
  return { lines, http: { log } }
}

describe('a change after the head of the answer', () => {
  let outcome: unknown
  const routes: Routes = {
    '/stream': c => {
      const { session } = c
      session.set('before', 1)
      return c.stream(
        Readable.from(
          (async function* () {
            yield 'head is out'
            try {
              session.set('after', 2)
              outcome = session.get('after') ?? 'dropped'
            } catch (error) {
              outcome = (error as { code: string }).code
            }
          })(),
        ),
      )
    },
    '/read': c => c.json([c.session.get('before') ?? null, c.session.get('after') ?? null]),
  }

  test('throws in development', async () => {
    await using app = await startApp(routes, { strict: true })
    await (await app.browser().get('/stream')).text()
    expect(outcome).toBe('session_after_head')
  })

  test('is logged and dropped in production, and what came before it counts', async () => {
    const { lines, http } = logged()
    await using app = await startApp(routes, {}, http)
    const browser = app.browser()
    await (await browser.get('/stream')).text()
    expect(outcome).toBe('dropped')
    expect(lines.filter(line => line.msg.includes('after the response head'))).toHaveLength(1)
    expect(await (await browser.get('/read')).json()).toEqual([1, null])
  })
})

test('a change in middleware around session() comes too late, and is reported', async () => {
  const { lines, http } = logged()
  const inner = session({ secrets: [SECRET] })(c => {
    c.session.set('early', 1)
    return 'x'
  })
  const around = (c: Context) => {
    const answer = inner(c)
    c.session.set('late', 1)
    return answer
  }
  await using app = await serveHandler(around, http)
  const answer = await app.browser().get('/')
  expect([answer.status, answer.headers.getSetCookie().length]).toEqual([200, 1])
  expect(lines.filter(line => line.msg.includes('after the response head'))).toHaveLength(1)
})

test('a change after the handler has timed out is reported', async () => {
  const { lines, http } = logged()
  const { promise: late, resolve: done } = Promise.withResolvers<void>()
  const routes: Routes = {
    '/slow': async c => {
      await new Promise(resolve => c.signal.addEventListener('abort', resolve))
      await new Promise(resolve => setImmediate(resolve))
      c.session.set('late', 1)
      done()
      return 'too late'
    },
  }
  await using app = await startApp(routes, {}, { ...http, handlerTimeoutMs: 50 })
  const answer = await app.browser().get('/slow')
  expect(answer.status).toBe(503)
  await late
  expect(lines.filter(line => line.msg.includes('after the response head'))).toHaveLength(1)
})

test('that a session cannot be kept does not hide the error of the handler', async () => {
  const seen: unknown[] = []
  const { lines, http } = logged()
  const onError: HttpOptions['onError'] = (error, c) => {
    seen.push((error as Error).message)
    return c.problemOf(error)
  }
  const fail = (c: Context) => {
    c.session.set('big', 'x'.repeat(5000))
    throw new Error('the real reason')
  }
  await using app = await startApp({ '/now': fail, '/later': async c => fail(c) }, {}, { ...http, onError })
  for (const path of ['/now', '/later']) expect((await app.browser().get(path)).status).toBe(500)
  expect(seen).toEqual(['the real reason', 'the real reason'])
  expect(lines.filter(line => line.msg.includes('could not be saved'))).toHaveLength(2)
})

describe('a response with a session cookie and its own Cache-Control', () => {
  const routes: Routes = {
    '/write': c => {
      c.session.set('a', Math.random())
      return c.text('x', { headers: { 'Cache-Control': c.req.query.value as string } })
    },
    '/write-res': c => {
      c.session.set('a', Math.random())
      c.res.headers.set('Cache-Control', c.req.query.value as string)
      return 'x'
    },
    '/read-public': c => c.text(String(c.session.has('a')), { headers: { 'Cache-Control': 'public, max-age=5' } }),
    '/plain': c => c.text('x', { headers: { 'Cache-Control': 'public, max-age=60' } }),
  }

  test.each([
    ['private', 'private'],
    ['private, max-age=60', 'private, max-age=60'],
    ['no-store', 'no-store'],
    ['max-age=60', 'no-store'],
    ['no-cache', 'no-store'],
  ])('%s becomes %s', async (value, expected) => {
    await using app = await startApp(routes, { strict: true })
    for (const path of ['/write', '/write-res']) {
      const { headers } = await app.browser().get(`${path}?value=${encodeURIComponent(value)}`)
      expect(headers.get('cache-control'), path).toBe(expected)
    }
  })

  test.each(['public', 'public, max-age=60', 's-maxage=60', 'max-age=60,PUBLIC'])(
    '%s is an error in development, and overruled and logged in production',
    async value => {
      const query = encodeURIComponent(value)
      await using development = await startApp(routes, { strict: true })
      expect((await development.browser().get(`/write?value=${query}`)).status).toBe(500)
      const { lines, http } = logged()
      await using production = await startApp(routes, {}, http)
      const { status, headers } = await production.browser().get(`/write?value=${query}`)
      expect([status, headers.get('cache-control')]).toEqual([200, 'no-store'])
      expect(lines.some(line => line.msg.includes('shared cache'))).toBe(true)
    },
  )

  test('public stays where the session was not touched', async () => {
    await using app = await startApp(routes, { strict: true })
    const browser = app.browser()
    await browser.get('/write?value=private')
    const { headers } = await browser.get('/plain')
    expect(headers.get('cache-control')).toBe('public, max-age=60')
    expect(headers.getSetCookie()).toEqual([])
    expect((await browser.get('/read-public')).headers.get('cache-control')).toBe('public, max-age=5')
  })
})

describe('warnings', () => {
  test('a cookie near the limit is warned of in development', async () => {
    const routes: Routes = {
      '/large': c => {
        c.session.set('notes', 'x'.repeat(2400))
        return 'x'
      },
    }
    const { lines, http } = logged()
    await using app = await startApp(routes, { strict: true }, http)
    expect((await app.browser().get('/large')).status).toBe(200)
    expect(lines.filter(line => line.msg.includes('4,096'))).toMatchObject([{ level: 'warn' }])
  })

  test('a domain that the host is not in is warned of', async () => {
    const { lines, http } = logged()
    const routes: Routes = {
      '/write': c => {
        c.session.set('a', 1)
        return 'x'
      },
    }
    await using app = await startApp(routes, { domain: 'foreign.example' }, http)
    await app.browser().get('/write')
    expect(
      lines.filter(line => line.msg.includes('its domain foreign.example does not include the host')),
    ).toMatchObject([{ level: 'warn' }])
  })

  test('secure cookies over http are warned of once, with what to do', async () => {
    const { lines, http } = logged()
    const routes: Routes = {
      '/write': c => {
        c.session.set('a', 1)
        return 'x'
      },
    }
    await using app = await startApp(routes, {}, http)
    for (let i = 0; i < 5; i++) await app.browser().get('/write')
    const warnings = lines.filter(line => line.msg.includes('trustedProxies'))
    expect(warnings).toMatchObject([{ level: 'warn' }])
    await using behindProxy = await startApp(
      routes,
      {},
      {
        ...http,
        trustedProxies: ['127.0.0.1'],
        forwardedHeader: ['x-forwarded-for', 'x-forwarded-proto'],
      },
    )
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' }
    const [cookie] = (await behindProxy.browser().get('/write', forwarded)).headers.getSetCookie()
    expect(cookie).toContain('; Secure')
    expect(lines.filter(line => line.msg.includes('trustedProxies'))).toHaveLength(1)
    lines.length = 0
    await using development = await startApp(routes, { secure: false }, http)
    await development.browser().get('/write')
    expect(lines.filter(line => line.level === 'warn')).toEqual([])
  })
})

test('without the middleware, what it would give says what is missing', async () => {
  session({ secrets: [SECRET] }) // which has put c.session on the class
  const missing = (read: (c: Context) => unknown) => (c: Context) => {
    try {
      return read(c)
    } catch (error) {
      return (error as Error).message
    }
  }
  await using app = await serveHandler(
    route({
      '/session': missing(c => c.session),
      '/token': missing(c => c.csrfToken()),
      '/flash': missing(c => c.flash('x')),
    }),
  )
  for (const path of ['/session', '/token', '/flash']) {
    expect(await (await app.browser().get(path)).text(), path).toContain('no session() runs before this handler')
  }
})
