import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { HeaderBlock } from '../src/extend.ts'
import { toFetch } from '../src/fetch/to-fetch.ts'
import { type CompressOptions, type Context, compress, type Handler } from '../src/index.ts'

const text = 'Propane and propane accessories. '.repeat(200)

async function ask(handler: Handler, accept: string | undefined, options?: CompressOptions, method = 'GET') {
  const headers: Record<string, string> = accept === undefined ? {} : { 'accept-encoding': accept }
  return toFetch(compress(options)(handler))(new Request('http://a/', { headers, method }))
}

describe('an answer that is text', () => {
  test.each([
    ['gzip', gunzipSync],
    ['br', brotliDecompressSync],
    ['zstd', zstdDecompressSync],
  ])('is sent in %s to who takes it', async (coding, unpack) => {
    const response = await ask(() => text, coding)
    expect(response.headers.get('content-encoding')).toBe(coding)
    expect(response.headers.get('vary')).toBe('Accept-Encoding')
    const packed = Buffer.from(await response.arrayBuffer())
    expect(response.headers.get('content-length')).toBe(String(packed.length))
    expect(packed.length).toBeLessThan(text.length / 10)
    expect(unpack(packed).toString()).toBe(text)
  })

  test.each([undefined, 'identity', 'gzip;q=0', 'compress'])(
    'is sent as it is to Accept-Encoding: %s, and varies all the same',
    async accept => {
      const response = await ask(() => text, accept)
      expect(response.headers.get('content-encoding')).toBeNull()
      expect(response.headers.get('vary')).toBe('Accept-Encoding')
      expect(await response.text()).toBe(text)
    },
  )

  test('is JSON too, and a stream, whose pieces do not wait for each other', async () => {
    expect((await ask(() => ({ text }), 'gzip')).headers.get('content-encoding')).toBe('gzip')
    const response = await ask(c => c.stream(pieces(), { type: 'text/html', length: 10 }), 'gzip')
    expect(response.headers.get('content-length')).toBeNull()
    expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).toBe('onetwo')
  })

  test.each<[string, (c: Context) => unknown]>([
    ['of c.res', c => c.res.headers.set('Content-Length', 10).set('Content-Digest', 'sha-256=:x:')],
    [
      'prepared at boot',
      c =>
        c.baseHeaders(
          new HeaderBlock([
            ['Content-Digest', 'sha-256=:x:'],
            ['content-length', '10'],
          ]),
        ),
    ],
  ])('forgets a length and a digest %s', async (_, set) => {
    for (const method of ['GET', 'HEAD']) {
      const handler: Handler = c => {
        set(c)
        return c.stream(pieces(), {
          type: 'text/html',
          headers: { 'Content-Length': 10, 'Repr-Digest': 'sha-256=:x:' },
        })
      }
      const response = await ask(handler, 'gzip', {}, method)
      expect(response.headers.get('content-length')).toBeNull()
      expect(response.headers.get('content-digest')).toBeNull()
      expect(response.headers.get('repr-digest')).toBeNull()
      if (method === 'GET') expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).toBe('onetwo')
    }
  })

  test.each([undefined, 10])('has at least 1,024 bytes, or as many as minBytes says: %s', async minBytes => {
    const least = minBytes ?? 1024
    const options = minBytes === undefined ? {} : { minBytes }
    for (const [bytes, coding] of [
      [least, 'gzip'],
      [least - 1, null],
    ] as const) {
      const answers: Handler[] = [
        c => c.text('a'.repeat(bytes)),
        c => c.bytes(Buffer.alloc(bytes), { type: 'text/plain' }),
      ]
      for (const handler of answers) {
        for (const method of ['GET', 'HEAD']) {
          const response = await ask(handler, 'gzip', options, method)
          expect(response.headers.get('content-encoding')).toBe(coding)
        }
      }
    }
  })

  test('has a different tag for each coding, also if c.res sets it', async () => {
    const tagged: Handler = c => {
      c.res.headers.set('ETag', 'W/"a"')
      return text
    }
    expect((await ask(tagged, 'br')).headers.get('etag')).toBe('W/"a-br"')
  })

  test('has a different tag for each coding', async () => {
    const handler: Handler = c => c.text(text, { headers: { ETag: '"a"' } })
    expect((await ask(handler, 'br')).headers.get('etag')).toBe('"a-br"')
    expect((await ask(handler, undefined)).headers.get('etag')).toBe('"a"')
  })

  test('has the same head for HEAD', async () => {
    const [get, head] = await Promise.all([ask(() => text, 'gzip'), ask(() => text, 'gzip', {}, 'HEAD')])
    expect([...head.headers].filter(([name]) => name !== 'date')).toEqual(
      [...get.headers].filter(([name]) => name !== 'date'),
    )
  })
})

describe('left alone is', () => {
  test.each<[string, Handler]>([
    ['what is small', () => 'small'],
    ['what is not text', c => c.bytes(Buffer.alloc(5000), { type: 'image/png' })],
    [
      'what has a coding',
      c => c.bytes(Buffer.alloc(5000), { type: 'text/plain', headers: { 'content-encoding': 'br' } }),
    ],
    ['what says no-transform', c => c.text(text, { headers: { 'cache-control': 'public, no-transform' } })],
    ['a part', c => c.text(text, { status: 206, headers: { 'content-range': 'bytes 0-1/2' } })],
    ['nothing', c => c.empty()],
  ])('%s', async (_, handler) => {
    const response = await ask(handler, 'gzip')
    expect(response.headers.get('content-encoding')).not.toBe('gzip')
    expect(response.headers.get('vary')).toBeNull()
  })
})

async function* pieces(): AsyncGenerator<string> {
  yield 'one'
  yield 'two'
}
