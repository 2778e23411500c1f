import { describe, expect, test } from 'vitest'
import type { Handler, HttpOptions } from '../src/index.ts'
import type { RawResponse } from './raw-client.ts'
import { serving } from './serving.ts'

const { start, open } = serving()

/** Sends one request with these further lines, over 127.0.0.1, and gives the answer. */
async function ask(handler: Handler, lines: string[] = [], options: HttpOptions = {}): Promise<RawResponse> {
  const client = await open(await start(handler, options))
  const fields = ['Host: a.example:81', ...lines].map(line => `${line}\r\n`).join('')
  return (await client.send(`GET / HTTP/1.1\r\n${fields}\r\n`).answers(1))[0]!
}

describe('a redirect', () => {
  test('is 303, escapes what is not ASCII, and cannot inject', async () => {
    const answer = await ask(c => c.redirect('/ä b?c=%20'))
    expect(answer.status).toBe(303)
    expect(answer.head).toContain('Location: /%C3%A4%20b?c=%20')
    expect(await ask(c => c.redirect('/\r\nSet-Cookie: a=1'))).toMatchObject({ status: 400 })
  })

  const https = ['X-Forwarded-For: 1.1.1.1', 'X-Forwarded-Proto: https']
  const trusted: HttpOptions = {
    trustedProxies: ['loopback'],
    forwardedHeader: ['x-forwarded-for', 'x-forwarded-proto', 'x-forwarded-host'],
  }

  test.each(['http:evil.example', 'http:/evil.example', 'http:\\evil.example', 'https:evil.example', '//evil.example'])(
    'to %j is refused on a site served by https, and by http',
    async target => {
      for (const lines of [https, []]) {
        const answer = await ask(c => c.redirect(target), lines, trusted)
        expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('redirect_external') })
        expect(answer.head).not.toContain('Location')
      }
    },
  )

  test('knows the usual port, said or not, as one origin; it may go to https and not back', async () => {
    const from = (host: string, target: string, lines: string[] = []) =>
      ask(c => c.redirect(target), ['X-Forwarded-For: 1.1.1.1', `X-Forwarded-Host: ${host}`, ...lines], trusted)
    expect(await from('shop.test:80', 'http://shop.test/x')).toMatchObject({ status: 303 })
    expect(await from('shop.test', 'http://shop.test:80/x')).toMatchObject({ status: 303 })
    expect(await from('shop.test', 'https://shop.test/x')).toMatchObject({ status: 303 })
    expect(await from('shop.test', 'http://shop.test/x', https.slice(1))).toMatchObject({ status: 400 })
    expect(await from('shop.test', 'http://shop.test:81/x')).toMatchObject({ status: 400 })
  })

  test.each(['/\r\nx', '/\0', '/a\tb', '/\x7f', '\x1b'])(
    'with control characters is 400, meant or not: %j',
    async target => {
      for (const external of [true, false]) {
        const answer = await ask(c => c.redirect(target, { external }))
        expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('redirect_invalid') })
      }
    },
  )
})
