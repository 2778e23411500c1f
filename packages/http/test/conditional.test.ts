import { describe, expect, test } from 'vitest'
import { HeaderBlock } from '../src/extend.ts'
import { compress, etag, type Handler, Reply } from '../src/index.ts'
import { deferred, serving } from './serving.ts'

const { start, open } = serving()

const DAY = 'Fri, 02 Jan 2026 03:04:05 GMT'
const BEFORE = 'Thu, 01 Jan 2026 00:00:00 GMT'

function parse(text: string) {
  const end = text.indexOf('\r\n\r\n')
  const head = text.slice(0, end)
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]
  return { status: Number(text.slice(9, 12)), head, field, body: text.slice(end + 4) }
}

async function ask(handler: Handler, fields: Record<string, string> = {}, method = 'GET') {
  const client = await open(await start(handler))
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
  client.send(`${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${lines.join('')}\r\n`)
  return parse(await client.toEnd())
}

const tagged: Handler = c =>
  c.text('hello', {
    headers: { ETag: '"a"', 'Last-Modified': DAY, 'Cache-Control': 'max-age=5', 'Content-Language': 'en' },
  })

describe('an answer with validators, to GET and HEAD', () => {
  test.each<[Record<string, string>, number]>([
    [{}, 200],
    [{ 'If-None-Match': '"a"' }, 304],
    [{ 'If-None-Match': 'W/"a", "b"' }, 304],
    [{ 'If-None-Match': '*' }, 304],
    [{ 'If-None-Match': '"b"' }, 200],
    [{ 'If-None-Match': '"b"', 'If-Modified-Since': DAY }, 200],
    [{ 'If-Modified-Since': DAY }, 304],
    [{ 'If-Modified-Since': BEFORE }, 200],
    [{ 'If-Match': '"a"' }, 200],
    [{ 'If-Match': '"b"' }, 412],
    [{ 'If-Match': 'W/"a"' }, 412],
    [{ 'If-Unmodified-Since': BEFORE }, 412],
    [{ 'If-Unmodified-Since': DAY }, 200],
    [{ 'If-Match': '"b"', 'If-None-Match': '"a"' }, 412],
  ])('%j makes it %i', async (fields, status) => {
    const [get, head] = [await ask(tagged, fields), await ask(tagged, fields, 'HEAD')]
    expect([get.status, head.status]).toEqual([status, status])
    expect(get.body).toBe(status === 200 ? 'hello' : status === 304 ? '' : get.body)
    expect(head.body).toBe('')
    if (status === 412) expect(get.body).toContain('precondition_failed')
  })

  test('304 says what a cache needs, and nothing of the content', async () => {
    const answer = await ask(
      c => {
        c.setCookie('a', '1')
        c.res.headers.set('Content-Language', 'de').set('X-Kept', '1')
        return tagged(c)
      },
      { 'If-None-Match': '"a"' },
    )
    expect([answer.field('etag'), answer.field('cache-control'), answer.field('x-kept')]).toEqual([
      '"a"',
      'max-age=5',
      '1',
    ])
    expect(answer.head).toContain('Set-Cookie: a=1')
    expect(answer.head).not.toMatch(/^content-/im)
  })

  test.each([
    'Accept-Ranges',
    'Content-Digest',
    'Content-Disposition',
    'Content-Encoding',
    'Content-Language',
    'Content-MD5',
    'Digest',
    'Repr-Digest',
  ])('304 lacks %s, wherever it was set', async name => {
    const onReply: Handler = c => c.text('hello', { headers: { ETag: '"a"', [name]: 'x' } })
    const onContext: Handler = c => {
      c.res.headers.set(name, 'x')
      return c.text('hello', { headers: { ETag: '"a"' } })
    }
    for (const handler of [onReply, onContext]) {
      expect((await ask(handler)).field(name)).toBe('x')
      const unchanged = await ask(handler, { 'If-None-Match': '"a"' })
      expect([unchanged.status, unchanged.field(name)]).toEqual([304, undefined])
    }
  })

  test.each(['Cache-Control', 'Content-Location', 'Expires', 'Vary', 'Last-Modified'])('304 keeps %s', async name => {
    const value = name === 'Expires' || name === 'Last-Modified' ? 'Thu, 01 Jan 2026 00:00:00 GMT' : 'x'
    const handler: Handler = c => {
      c.res.headers.set('ETag', '"a"').set(name, value)
      return 'text'
    }
    const unchanged = await ask(handler, { 'If-None-Match': '"a"' })
    expect([unchanged.status, unchanged.field(name)]).toEqual([304, value])
  })

  test.each<[string, Handler]>([
    [
      'c.res',
      c => {
        c.res.headers.set('ETag', '"a"')
        return { a: 1 }
      },
    ],
    [
      'fields that were prepared at boot',
      c => {
        c.baseHeaders(new HeaderBlock([['ETag', '"a"']]))
        return 'x'
      },
    ],
    ['a web Response', () => new Response('x', { headers: { etag: '"a"' } })],
    ['another 2xx', c => c.text('x', { status: 203, headers: { ETag: '"a"' } })],
  ])('it counts from %s', async (_, handler) => {
    expect((await ask(handler, { 'If-None-Match': '"a"' })).status).toBe(304)
    expect((await ask(handler, { 'If-Match': '"b"' })).status).toBe(412)
    expect((await ask(handler)).status).toBeLessThan(300)
  })

  test('an unneeded stream is released', async () => {
    for (const [fields, status] of [
      [{ 'If-None-Match': '"a"' }, 304],
      [{ 'If-Match': '"b"' }, 412],
    ] as const) {
      const canceled = deferred()
      const stream = new ReadableStream({ cancel: () => canceled.resolve() })
      const answer = await ask(c => c.stream(stream, { headers: { ETag: '"a"' } }), fields)
      expect(answer.status).toBe(status)
      await canceled.promise
    }
  })

  test('a reply that a program gives again and again stays whole', async () => {
    const reply = new Reply('hello', 'text/plain', { headers: { ETag: '"a"' } })
    const server = await start(() => reply)
    const client = await open(server)
    const get = (field: string) => client.send(`GET / HTTP/1.1\r\nHost: a\r\n${field}\r\n`).answers(1)
    expect((await get('If-None-Match: "a"\r\n'))[0]).toMatchObject({ status: 304 })
    expect((await get(''))[0]).toMatchObject({ status: 200, body: 'hello' })
  })

  test('without validators, and where the answer is not a success, conditions do not count', async () => {
    const conditions = { 'If-None-Match': '*', 'If-Modified-Since': DAY }
    expect((await ask(() => 'x', conditions)).status).toBe(200)
    for (const status of [301, 404, 500]) {
      const handler: Handler = c => c.text('x', { status, headers: { ETag: '"a"' } })
      expect((await ask(handler, { 'If-None-Match': '"a"' })).status).toBe(status)
      expect((await ask(handler, { 'If-Match': '"b"' })).status).toBe(status)
    }
  })

  test('responses to other methods do not depend on conditions', async () => {
    for (const method of ['POST', 'PUT', 'DELETE']) {
      expect((await ask(tagged, { 'If-None-Match': '"a"' }, method)).status).toBe(200)
      expect((await ask(tagged, { 'If-Match': '"old"' }, method)).status).toBe(200)
    }
  })
})

describe('c.fresh', () => {
  let work = 0
  const page: Handler = c => {
    c.res.headers.set('ETag', '"v1"')
    if (c.fresh()) return c.empty(304)
    work++
    return 'made'
  }

  test('says before the work whether the client has it already', async () => {
    work = 0
    const answer = await ask(page, { 'If-None-Match': '"v1"' })
    expect([answer.status, answer.field('etag'), answer.body, work]).toEqual([304, '"v1"', '', 0])
    expect(await ask(page, { 'If-None-Match': '"v0"' })).toMatchObject({ status: 200, body: 'made' })
    expect(await ask(page)).toMatchObject({ status: 200 })
    expect(work).toBe(2)
  })

  test('takes validators, and sets them', async () => {
    const handler: Handler = c => (c.fresh({ etag: 'v2', lastModified: new Date(DAY) }) ? c.empty(304) : 'made')
    const answer = await ask(handler)
    expect([answer.field('etag'), answer.field('last-modified')]).toEqual(['"v2"', DAY])
    expect((await ask(handler, { 'If-None-Match': '"v2"' })).status).toBe(304)
    expect((await ask(handler, { 'If-Modified-Since': DAY })).status).toBe(304)
    const weak: Handler = c => (c.fresh({ etag: 'W/"w"' }) ? c.empty(304) : 'made')
    expect((await ask(weak, { 'If-None-Match': '"w"' })).status).toBe(304)
  })

  test('refuses a validator that it does not know', async () => {
    const misspelled: Handler = c => c.fresh({ lastModifed: new Date(DAY) } as object)
    expect((await ask(misspelled)).status).toBe(500)
  })

  test('keeps a change from overwriting a state that its client has not seen', async () => {
    let version = 1
    const put: Handler = c => {
      c.fresh({ etag: `v${version}` })
      version++
      return { version }
    }
    expect((await ask(put, { 'If-Match': '"v1"' }, 'PUT')).body).toBe('{"version":2}')
    expect((await ask(put, { 'If-Match': '"v1"' }, 'PUT')).status).toBe(412)
    expect((await ask(put, { 'If-None-Match': '*' }, 'PUT')).status).toBe(412)
    expect(version).toBe(2)
    expect((await ask(put, {}, 'PUT')).status).toBe(200)
  })

  test('is false where nothing is known of the state', async () => {
    const handler: Handler = c => String(c.fresh())
    expect((await ask(handler, { 'If-None-Match': '*', 'If-Modified-Since': DAY })).body).toBe('false')
  })
})

describe('etag()', () => {
  const text = 'Propane and propane accessories. '.repeat(100)

  test('gives an answer a weak tag of its content, by which it is 304', async () => {
    const first = await ask(etag()(() => text))
    const tag = first.field('etag')!
    expect(tag).toMatch(/^W\/"[\w-]{20,}"$/)
    expect(first.body).toBe(text)
    const again = await ask(
      etag()(() => text),
      { 'If-None-Match': tag },
    )
    expect([again.status, again.body, again.field('etag')]).toEqual([304, '', tag])
    expect(
      (
        await ask(
          etag()(() => `${text}!`),
          { 'If-None-Match': tag },
        )
      ).status,
    ).toBe(200)
    expect(
      (
        await ask(
          etag()(() => text),
          {},
          'HEAD',
        )
      ).field('etag'),
    ).toBe(tag)
  })

  test('or a strong one', async () => {
    const strong = etag({ weak: false })(() => ({ text }))
    const tag = (await ask(strong)).field('etag')!
    expect(tag).toMatch(/^"[\w-]{20,}"$/)
    expect((await ask(strong, { 'If-Match': tag })).status).toBe(200)
    expect((await ask(strong, { 'If-Match': '"other"' })).status).toBe(412)
  })

  test.each<[string, Handler]>([
    ['outside of compress()', etag()(compress()(() => text))],
    ['inside of it', compress()(etag()(() => text))],
  ])('works with compression, %s', async (_, handler) => {
    const gzip = { 'Accept-Encoding': 'gzip' }
    const [plain, packed] = [await ask(handler), await ask(handler, gzip)]
    expect(packed.field('content-encoding')).toBe('gzip')
    expect(packed.field('etag')).not.toBe(plain.field('etag'))
    const again = await ask(handler, { ...gzip, 'If-None-Match': packed.field('etag')! })
    expect(again.status).toBe(304)
    expect(again.head).not.toMatch(/^content-/im)
  })

  test.each<[string, Handler, string?]>([
    ['a stream', c => c.stream(ReadableStream.from(['x']))],
    ['a Blob', () => new Blob(['x'])],
    ['an error', c => c.text('x', 404)],
    ['nothing', c => c.empty()],
    ['the answer to a POST', () => 'x', 'POST'],
  ])('leaves %s alone', async (_, handler, method) => {
    expect((await ask(etag()(handler), {}, method)).field('etag')).toBeUndefined()
  })

  test('refuses an option that it does not have', () => {
    expect(() => etag({ strong: true } as never)).toThrow(/strong/)
  })

  test('leaves an existing tag alone', async () => {
    expect((await ask(etag()(tagged))).field('etag')).toBe('"a"')
    const handler: Handler = c => {
      c.res.headers.set('ETag', '"own"')
      return 'x'
    }
    expect((await ask(etag()(handler))).field('etag')).toBe('"own"')
  })
})
