import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { toFetch } from '../src/fetch/to-fetch.ts'
import { Context, createServer, type Handler } from '../src/index.ts'
import { deferred, eventually } from './serving.ts'

/** Lets the event loop go round: here nothing comes from outside, so that whatever was to happen has happened. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await setImmediate()
}

const ask = (handler: Handler, path = '/', init: RequestInit = {}) =>
  toFetch(handler)(new Request(new URL(path, 'https://shop.example'), init))

test('a handler answers a Request with a Response', async () => {
  const response = await ask(
    c =>
      c.json({ url: c.req.url, host: c.req.host, protocol: c.req.protocol, ip: c.req.ip, a: c.req.header('x-a') }, 201),
    '/p?q=ä',
    {
      headers: { 'X-A': 'b' },
    },
  )
  expect(response.status).toBe(201)
  expect(response.headers.get('content-type')).toBe('application/json')
  expect(await response.json()).toEqual({ url: '/p?q=%C3%A4', host: 'shop.example', protocol: 'https', ip: '', a: 'b' })
})

test('bodies go both ways, streams too', async () => {
  const response = await ask(c => c.stream(c.req.stream), '/', { method: 'POST', body: 'x'.repeat(300_000) })
  expect((await response.text()).length).toBe(300_000)
  const json = await ask(async c => ({ got: await c.req.json() }), '/', {
    method: 'POST',
    body: '{"a":1}',
    headers: { 'content-type': 'application/json' },
  })
  expect(await json.json()).toEqual({ got: { a: 1 } })
})

test('a stream is produced no faster than it is read, and ended when it is no longer read', async () => {
  let made = 0
  let left = false
  const response = await ask(c =>
    c.stream(
      (async function* () {
        try {
          for (;;) {
            made++
            yield new Uint8Array(100_000)
          }
        } finally {
          left = true
        }
      })(),
    ),
  )
  const reader = response.body!.getReader()
  await reader.read()
  await turns(100)
  expect(made).toBeLessThan(6)
  await reader.cancel()
  await eventually(() => left)
})

describe('errors', () => {
  test('an error is a problem document', async () => {
    const response = await ask(() => {
      throw new Error('secret')
    })
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ code: 'internal_error' })
  })

  test('a limit is a limit', async () => {
    const response = await ask(async c => c.req.bytes(), '/', { method: 'POST', body: new Uint8Array(2_000_000) })
    expect(response.status).toBe(413)
  })

  test('an answer that breaks off fails its reader', async () => {
    const response = await ask(c =>
      c.stream(
        (async function* () {
          yield 'part'
          throw new Error('broken')
        })(),
      ),
    )
    await expect(response.text()).rejects.toThrow('broken')
  })

  test('aborting the request aborts c.signal and rejects', async () => {
    const controller = new AbortController()
    let reason: unknown
    const asked = ask(
      c => {
        c.signal.addEventListener('abort', () => (reason = c.signal.reason))
        controller.abort(new Error('changed my mind'))
        return new Promise(() => undefined)
      },
      '/',
      { signal: controller.signal },
    )
    await expect(asked).rejects.toThrow('changed my mind')
    expect(reason).toMatchObject({ code: 'client_disconnected' })
  })
})

test.each([
  ['HEAD', 200, '8'],
  ['GET', 200, '8'],
])('%s', async (method, status, length) => {
  const response = await ask(() => 'answered', '/', { method })
  expect([response.status, response.headers.get('content-length')]).toEqual([status, length])
  expect(await response.text()).toBe(method === 'HEAD' ? '' : 'answered')
})

test('204 and redirects, cookies and contexts of one’s own', async () => {
  class Mine extends Context {
    get mine(): number {
      return 7
    }
  }
  const fetch = toFetch(
    c => {
      c.setCookie('a', '1')
      c.setCookie('b', String((c as Mine).mine))
      return c.req.path === '/go' ? c.redirect('/there') : c.empty()
    },
    { context: Mine },
  )
  const empty = await fetch(new Request('http://a/'))
  expect([empty.status, await empty.text(), empty.headers.getSetCookie().length]).toEqual([204, '', 2])
  const redirect = await fetch(new Request('http://a/go'))
  expect([redirect.status, redirect.headers.get('location')]).toEqual([303, '/there'])
})

describe('server.fetch', () => {
  test('is bound, so that it can be handed on', async () => {
    const { fetch } = createServer(() => 'handed on')
    expect(await (await fetch(new Request('http://a/'))).text()).toBe('handed on')
  })

  test('shares what it counts with the connections of its server', async () => {
    const server = createServer(() => 'ok')
    await server.fetch(new Request('http://a/'))
    expect(server.stats()).toEqual({ inFlight: 0, requests: 1, shed: 0 })
  })

  test('is waited for when the server closes, and answers 503 from then on', async () => {
    const release = deferred()
    const server = createServer(() => release.promise.then(() => 'done'), { drainTimeoutMs: 1 })
    const asked = server.fetch(new Request('http://a/'))
    const closed = server.close()
    const late = await server.fetch(new Request('http://a/', { method: 'HEAD' }))
    expect([late.status, await late.text()]).toEqual([503, ''])
    release.resolve()
    expect(await (await asked).text()).toBe('done')
    await closed
  })

  test('is cut when the grace of a close is over', async () => {
    const aborted = deferred<unknown>()
    const server = createServer(c => {
      c.signal.addEventListener('abort', () => aborted.resolve(c.signal.reason))
      return new Promise(() => undefined)
    })
    const asked = server.fetch(new Request('http://a/'))
    asked.catch(() => undefined)
    await server.close({ graceMs: 0 })
    await expect(asked).rejects.toMatchObject({ code: 'server_closing' })
    expect(await aborted.promise).toMatchObject({ code: 'client_disconnected' })
    expect(server.requestsInFlight).toBe(0)
  })
})

describe('the client address', () => {
  const who: Handler = c => [c.req.ip, c.req.host, c.req.protocol, c.req.id === 'theirs']
  const forwarded = {
    headers: { 'X-Forwarded-For': '192.0.2.7', 'X-Forwarded-Proto': 'https', 'X-Request-Id': 'theirs' },
  }
  const options = {
    trustedProxies: ['unix', 'loopback'],
    forwardedHeader: ['x-forwarded-for', 'x-forwarded-proto'],
  } as const

  test('cannot be set by headers if no address was given, trusted unix socket or not', async () => {
    const response = await toFetch(who, options)(new Request('http://a/', forwarded))
    expect(await response.json()).toEqual(['', 'a', 'http', false])
  })

  test('comes from a trusted proxy at the given address', async () => {
    const fetch = toFetch(who, options)
    const trusted = await fetch(new Request('http://a/', forwarded), { remoteAddress: '::ffff:127.0.0.1' })
    expect(await trusted.json()).toEqual(['192.0.2.7', 'a', 'https', true])
    const other = await fetch(new Request('http://a/', forwarded), { remoteAddress: '198.51.100.1' })
    expect(await other.json()).toEqual(['198.51.100.1', 'a', 'http', false])
  })

  test('connects to the host of the URL, regardless of the Host field', async () => {
    const response = await toFetch(c => [c.req.host, c.req.header('host')])(
      new Request('http://shop.example:8080/', { headers: { Host: 'other.example' } }),
    )
    expect(await response.json()).toEqual(['shop.example:8080', 'shop.example:8080'])
  })

  test.each([
    ['a host that HTTP cannot name', 'http://a{b}/', {}, 'host_invalid'],
    ['an invalid Host', 'http://a/', { headers: { Host: 'a/b' } }, 'host_invalid'],
    ['a URL that is not HTTP’s', 'ftp://a/', {}, 'target_invalid'],
  ])('%s is rejected', async (_, url, init, code) => {
    const response = await toFetch(() => 'ok')(new Request(url, init))
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, code])
  })
})

describe('the body of a Request', () => {
  const text: Handler = async c => c.req.text()

  test.each([
    ['longer', 'abcdef', 'framing_invalid'],
    ['shorter', 'ab', 'request_incomplete'],
  ])('that is %s than its Content-Length says is refused', async (_, body, code) => {
    const request = new Request('http://a/', { method: 'POST', body, headers: { 'Content-Length': '4' } })
    const response = await toFetch(text)(request)
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, code])
  })

  test('that is missing although its Content-Length says otherwise is refused', async () => {
    const request = new Request('http://a/', { method: 'POST', headers: { 'Content-Length': '4' } })
    expect((await toFetch(text)(request)).status).toBe(400)
  })

  test('that breaks off rejects with the reason, and is a client that left for the handler', async () => {
    const reason = deferred<unknown>()
    const body = new ReadableStream({
      start: controller => controller.enqueue(new Uint8Array(3)),
      pull: controller => controller.error(new Error('unplugged')),
    })
    const asked = toFetch(async c => {
      c.signal.addEventListener('abort', () => reason.resolve(c.signal.reason))
      return c.req.text()
    })(new Request('http://a/', { method: 'POST', body, duplex: 'half' }))
    await expect(asked).rejects.toThrow('unplugged')
    expect(await reason.promise).toMatchObject({ code: 'client_disconnected' })
  })

  test('that was read before rejects, where someone asks for it', async () => {
    const request = new Request('http://a/', { method: 'POST', body: 'abc' })
    await request.text()
    expect(await (await toFetch(() => 'not asked')(request)).text()).toBe('not asked')
    await expect(toFetch(text)(request)).rejects.toThrow(TypeError)
  })

  test('that is an unread form is released silently', async () => {
    const rejections: unknown[] = []
    const listener = (reason: unknown) => rejections.push(reason)
    process.on('unhandledRejection', listener)
    const body = new FormData()
    body.set('a', 'b')
    await toFetch(() => 'ok')(new Request('http://a/', { method: 'POST', body }))
    await turns(100)
    process.off('unhandledRejection', listener)
    expect(rejections).toEqual([])
  })
})

test('a request that was aborted before it was asked reaches no handler', async () => {
  let called = false
  const asked = ask(() => (called = true), '/', { signal: AbortSignal.abort(new Error('never mind')) })
  await expect(asked).rejects.toThrow('never mind')
  expect(called).toBe(false)
})

test('answered requests do not keep a server from closing', { timeout: 15_000 }, async () => {
  const server = createServer(c => c.req.path)
  const answers = ['/a', '/b'].map(path => server.fetch(new Request(`https://shop.example${path}`)))
  const texts = await Promise.all(answers.map(async answer => (await answer).text()))
  expect(texts).toEqual(['/a', '/b'])
  const rejected = await server.fetch(new Request('ftp://shop.example/'))
  expect(rejected.status).toBe(400)
  await server.close({ graceMs: 60_000 })
})
