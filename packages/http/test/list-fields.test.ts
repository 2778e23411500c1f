import { HttpError } from '@arlen/core'
import { describe, expect, test } from 'vitest'
import { HeaderBlock } from '../src/extend.ts'
import { compress, type Handler, type HttpOptions } from '../src/index.ts'
import { serving } from './serving.ts'

const { start, open } = serving()

/** The lines of the head that have one of these fields. */
async function lines(handler: Handler, names: string, options: HttpOptions = {}, fields = ''): Promise<string[]> {
  const client = await open(await start(handler, options))
  const [answer] = await client.send(`GET / HTTP/1.1\r\nHost: a\r\n${fields}\r\n`).answers(1)
  return answer!.head.match(new RegExp(`^(?:${names}): .*$`, 'gim')) ?? []
}

/** Says, as cors does, that the answer depends on Origin. */
const varied =
  (handler: Handler): Handler =>
  c => {
    c.res.headers.add('Vary', 'Origin')
    return handler(c)
  }

describe('Vary of c.res and of the answer are one line', () => {
  test.each<[string, Handler, string]>([
    ['an answer that has one', c => c.text('x', { headers: { Vary: 'Accept' } }), 'Accept, Origin'],
    ['an answer that has the same', c => c.text('x', { headers: { vary: 'origin' } }), 'origin'],
    ['an answer that has none', c => c.text('x'), 'Origin'],
    [
      'an answer that has several',
      c => c.text('x', { headers: { Vary: ['Accept', 'Cookie'] } }),
      'Accept, Cookie, Origin',
    ],
    ['an answer that depends on everything', c => c.text('x', { headers: { Vary: '*' } }), '*'],
    ['a web Response', () => new Response('x', { headers: { vary: 'Accept-Language' } }), 'Accept-Language, Origin'],
    ['an empty answer', c => c.empty({ status: 304, headers: { Vary: 'Accept' } }), 'Accept, Origin'],
    ['a stream', c => c.stream(ReadableStream.from(['x']), { headers: { Vary: 'Accept' } }), 'Accept, Origin'],
    [
      'a thrown error',
      () => {
        throw new HttpError(416, 'out_of_range', { headers: { Vary: 'Accept-Encoding' } })
      },
      'Accept-Encoding, Origin',
    ],
    [
      'any other failure',
      () => {
        throw new Error('broken')
      },
      'Origin',
    ],
    ['a file that is not there', c => c.file('/nowhere/at/all'), 'Origin'],
  ])('%s', async (_, handler, vary) => {
    expect(await lines(varied(handler), 'vary')).toEqual([
      expect.stringMatching(new RegExp(`^vary: ${vary.replace('*', '\\*')}$`, 'i')),
    ])
  })

  test('an error page that was negotiated', async () => {
    const onError: HttpOptions['onError'] = (_, c) => c.html('sorry', { status: 500, headers: { Vary: 'Accept' } })
    const broken: Handler = () => Promise.reject(new Error('broken'))
    expect(await lines(varied(broken), 'vary', { onError })).toEqual(['Vary: Accept, Origin'])
  })

  test('a negotiated answer that is compressed, or could be', async () => {
    const text = 'propane '.repeat(500)
    const handler = compress()(c => c.respond({ html: () => c.html(text), json: () => ({ text }) }))
    for (const accept of ['gzip', 'identity']) {
      const fields = `Accept-Encoding: ${accept}\r\n`
      expect(await lines(varied(handler), 'vary', {}, fields)).toEqual(['Vary: Accept-Encoding, Origin, Accept'])
    }
  })

  test('with fields that were prepared at boot', async () => {
    const block = new HeaderBlock([
      ['Vary', 'Origin'],
      ['X-A', '1'],
    ])
    const handler: Handler = c => {
      c.baseHeaders(block)
      return c.text('x', { headers: { Vary: 'Accept' } })
    }
    expect(await lines(handler, 'vary|x-a')).toEqual(['X-A: 1', 'Vary: Accept, Origin'])
  })
})

test.each<[string, string, string, string[]]>([
  ['Allow', 'GET, HEAD', 'GET, POST', ['Allow: GET, POST, HEAD']],
  ['Access-Control-Expose-Headers', 'X-Total', 'ETag', ['Access-Control-Expose-Headers: ETag, X-Total']],
  [
    'Link',
    '</a.css>; rel="preload, x"',
    '</b>; rel=next',
    ['Link: </b>; rel=next', 'Link: </a.css>; rel="preload, x"'],
  ],
  ['Link', '</a>; rel=next', '</a>; rel=next', ['Link: </a>; rel=next']],
  [
    'WWW-Authenticate',
    'Bearer realm="a, b"',
    'Basic realm="c"',
    ['WWW-Authenticate: Basic realm="c"', 'WWW-Authenticate: Bearer realm="a, b"'],
  ],
  ['Set-Cookie', 'a=1', 'b=2', ['Set-Cookie: a=1', 'Set-Cookie: b=2']],
  // One statement about one answer: the answer's own replaces what was there.
  ['Cache-Control', 'no-store', 'public, max-age=60', ['Cache-Control: public, max-age=60']],
  [
    'Content-Security-Policy',
    "default-src 'self'",
    "default-src 'none'",
    ["Content-Security-Policy: default-src 'none'"],
  ],
  ['Content-Language', 'en', 'de', ['Content-Language: de']],
  ['X-Mine', 'a', 'b', ['X-Mine: b']],
])('%s: %s of c.res and %s of the answer', async (name, before, own, expected) => {
  const handler: Handler = c => {
    c.res.headers.set(name, before)
    return c.text('x', { headers: { [name]: own } })
  }
  expect(await lines(handler, name)).toEqual(expected)
})
