import { describe, expect, test } from 'vitest'
import type { CookieOptions, Handler, HttpOptions } from '../src/index.ts'
import type { RawResponse } from './raw-client.ts'
import { recorder } from './recorder.ts'
import { serving } from './serving.ts'

const { start, open } = serving()

/** Sends one request with these further lines, over 127.0.0.1, and gives the answer. */
async function ask(handler: Handler, lines: string[] = [], options: HttpOptions = {}): Promise<RawResponse> {
  const client = await open(await start(handler, options))
  const fields = ['Host: a.example:81', ...lines].map(line => `${line}\r\n`).join('')
  return (await client.send(`GET / HTTP/1.1\r\n${fields}\r\n`).answers(1))[0]!
}

const setting =
  (name: string, value: string, options: CookieOptions = {}): Handler =>
  c => {
    c.setCookie(name, value, options)
    return 'ok'
  }

describe('cookies', () => {
  test('are read by name, decoded, the first of equal names', async () => {
    const answer = await ask(c => c.req.cookies, ['Cookie: a=1; b="x"; a=2', 'Cookie: c=%20; __proto__=p'])
    expect(JSON.parse(answer.body)).toMatchObject({ a: '1', c: ' ' })
  })

  test('are set with safe defaults and cleared', async () => {
    const answer = await ask(c => {
      c.setCookie('a', 'ä b')
      c.setCookie('b', '1', { httpOnly: false, sameSite: 'none', secure: true, maxAge: 60, path: '/x' })
      c.clearCookie('c')
      return 'ok'
    })
    expect(answer.head.match(/^Set-Cookie: .*$/gm)).toEqual([
      'Set-Cookie: a=%C3%A4%20b; Path=/; HttpOnly; SameSite=Lax',
      'Set-Cookie: b=1; Max-Age=60; Path=/x; Secure; SameSite=None',
      'Set-Cookie: c=; Max-Age=0; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
    ])
  })

  test('are Secure where the client’s connection is', async () => {
    const answer = await ask(setting('a', '1'), ['X-Forwarded-For: 1.1.1.1', 'X-Forwarded-Proto: https'], {
      trustedProxies: ['loopback'],
      forwardedHeader: ['x-forwarded-for', 'x-forwarded-proto'],
    })
    expect(answer.head).toContain('Set-Cookie: a=1; Path=/; HttpOnly; Secure; SameSite=Lax')
  })

  test.each([
    ['a b', '1', {}],
    ['a', '1', { path: '/;x' }],
    ['a', '1', { domain: 'a\r\nb' }],
  ])('refuses what would break out: %j', async (name, value, options) => {
    expect(await ask(setting(name, value, options))).toMatchObject({ status: 500 })
  })

  test('options given as undefined have their defaults', async () => {
    const answer = await ask(
      setting('a', '1', { secure: undefined, path: undefined, sameSite: undefined, maxAge: undefined }),
    )
    expect(answer.head).toMatch(/^Set-Cookie: a=1; Path=\/; HttpOnly; SameSite=Lax$/m)
  })

  test('that browsers would drop in silence are a 500 whose log line says why', async () => {
    const log = recorder()
    const answer = await ask(setting('a', '1', { sameSite: 'none', secure: false }), [], { log })
    expect(answer).toMatchObject({ status: 500 })
    expect(answer.head).not.toContain('Set-Cookie')
    expect(JSON.stringify(log.lines('error'))).toContain(
      "browsers drop a cookie with sameSite 'none' and without secure",
    )
  })
})

describe('the domain of a cookie', () => {
  test.each(['a.example', '.A.example', 'example'])(
    'that includes the host is set without a word: %s',
    async domain => {
      const log = recorder()
      const answer = await ask(setting('theme', 'dark', { domain }), [], { log })
      expect(answer.head).toContain(`Domain=${domain}`)
      expect(log.lines('warn')).toEqual([])
    },
  )

  test.each(['b.example', 'x.a.example', 'ample'])('that does not is warned of once: %s', async domain => {
    const log = recorder()
    const handler: Handler = c => {
      c.setCookie('theme', 'dark', { domain })
      c.setCookie('theme', 'light', { domain })
      return 'ok'
    }
    expect((await ask(handler, [], { log })).head).toContain(`Domain=${domain}`)
    expect(log.lines('warn')).toEqual([
      expect.objectContaining({
        msg: expect.stringContaining(`its domain ${domain} does not include the host a.example`),
      }),
    ])
  })
})
