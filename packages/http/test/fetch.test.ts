import { describe, expect, test } from 'vitest'
import { toFetch } from '../src/fetch/to-fetch.ts'
import { Context, type Handler } from '../src/index.ts'

const ask = (handler: Handler, path = '/', init: RequestInit = {}) =>
  toFetch(handler)(new Request(new URL(path, 'https://shop.example'), init))

test('a handler answers a Request with a Response, through the same parser and writer', async () => {
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

test('a stream is made no faster than it is read, and left when nobody reads on', async () => {
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
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(made).toBeLessThan(6)
  await reader.cancel()
  await new Promise(resolve => setTimeout(resolve, 20))
  expect(left).toBe(true)
})

describe('what goes wrong', () => {
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
