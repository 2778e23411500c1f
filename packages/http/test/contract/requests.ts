import { describe, expect, test } from 'vitest'
import type { Handler, HttpOptions } from '../../src/index.ts'
import type { Ask } from './carrier.ts'
import { ok, post, type Tools } from './tools.ts'

export function requests({ ask, codeOf }: Tools): void {
  describe('a request', () => {
    test('has its method, target, host, fields and address as they were sent', async () => {
      const { text } = await ask(
        c => ({
          method: c.req.method,
          url: c.req.url,
          query: c.req.query,
          host: c.req.host,
          protocol: c.req.protocol,
          ip: c.req.ip,
          a: c.req.header('x-A'),
          type: c.req.header('Content-Type'),
          cookies: c.req.cookies,
          none: c.req.header('x-none') ?? null,
        }),
        {
          method: 'DELETE',
          target: '/p%C3%A4th/;a=b?q=%C3%A4&q=2&e=',
          headers: [
            ['X-a', 'one'],
            ['X-A', 'two'],
            ['Content-Type', 'text/plain'],
            ['Cookie', 'a=1; b=2'],
          ],
        },
      )
      expect(JSON.parse(text)).toEqual({
        method: 'DELETE',
        url: '/p%C3%A4th/;a=b?q=%C3%A4&q=2&e=',
        query: { q: ['ä', '2'], e: '' },
        host: 'shop.example',
        protocol: 'http',
        ip: '127.0.0.1',
        a: 'one, two',
        type: 'text/plain',
        cookies: { a: '1', b: '2' },
        none: null,
      })
    })

    test('of a trusted proxy is the client’s that it speaks for, of any other its own', async () => {
      const who: Handler = c => [c.req.ip, c.req.id]
      const request: Ask = {
        headers: [
          ['X-Forwarded-For', '192.0.2.7'],
          ['X-Request-Id', 'theirs'],
        ],
      }
      expect(JSON.parse((await ask(who, request, { trustedProxies: ['loopback'] })).text)).toEqual([
        '192.0.2.7',
        'theirs',
      ])
      expect(JSON.parse((await ask(who, request, { trustedProxies: ['unix'] })).text)).toEqual([
        '127.0.0.1',
        expect.not.stringContaining('theirs'),
      ])
    })

    test.each<[string, unknown[], Ask, HttpOptions?]>([
      ['with a method that nobody knows', [501, 'method_not_implemented'], { method: 'BREW' }],
      ['with a control character in a field', [400, 'header_invalid'], { headers: [['X-A', 'a\u0001b']] }],
      ['with DEL in a field', [400, 'header_invalid'], { headers: [['X-A', 'a\u007fb']] }],
      ['with an invalid Host', [400, 'host_invalid'], { headers: [['Host', 'a b']] }],
      ['with a Host that names a user', [400, 'host_invalid'], { headers: [['Host', 'me@shop.example']] }],
      ['with a percent sign that escapes nothing', [400, 'target_invalid'], { target: '/100%' }],
      ['with half an escape', [400, 'target_invalid'], { target: '/a%2' }],
      ['with a longer line than allowed', [414, 'request_line_too_long'], { target: `/${'a'.repeat(4096)}` }],
      [
        'with more fields than allowed',
        [431, 'headers_too_large'],
        { headers: Array.from({ length: 4 }, (_, i) => [`X-${i}`, 'a'] as const) },
        { maxHeaderFields: 4 },
      ],
      ['with larger fields than allowed', [431, 'headers_too_large'], { headers: [['X-A', 'a'.repeat(33_000)]] }],
      ['with a coding that is not chunked', [400, 'framing_invalid'], { headers: [['Transfer-Encoding', 'gzip']] }],
      ['with a length that is not a number', [400, 'framing_invalid'], post('abc', [['Content-Length', '3x']])],
      ['with two lengths', [400, 'framing_invalid'], post('abc', [['Content-Length', '3, 3']])],
      [
        'with a length and chunks',
        [400, 'framing_invalid'],
        post('abc', [
          ['Content-Length', '3'],
          ['Transfer-Encoding', 'chunked'],
        ]),
      ],
      ['with an expectation that nobody meets', [417, 'expectation_failed'], { headers: [['Expect', 'a-miracle']] }],
    ])('%s is rejected', async (_, expected, request, options) => {
      expect(await codeOf(ok, request, options)).toEqual(expected)
    })

    test('at each of these limits is answered', async () => {
      const line = 4096 - 'GET / HTTP/1.1'.length
      expect((await ask(ok, { target: `/${'a'.repeat(line)}` })).status).toBe(200)
      const fields: Ask = { headers: Array.from({ length: 3 }, (_, i) => [`X-${i}`, 'a'] as const) }
      expect((await ask(ok, fields, { maxHeaderFields: 4 })).status).toBe(200)
    })

    test('for another protocol fails, because that needs a connection', async () => {
      const { answer, status } = await ask(c => c.upgrade('websocket', () => undefined))
      expect([status, answer.header('upgrade')]).toEqual([426, 'websocket'])
    })
  })
}
