import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { toFetch } from '../src/fetch/to-fetch.ts'
import type { Handler } from '../src/index.ts'

async function send(handler: Handler, body: string | Uint8Array, headers: Record<string, string> = {}) {
  const request = new Request('http://a/', {
    method: 'POST',
    body: typeof body === 'string' ? Buffer.from(body) : body,
    headers,
  })
  const response = await toFetch(handler)(request)
  const text = await response.text()
  return {
    status: response.status,
    body: text === '' ? null : (JSON.parse(text) as { code?: string; got?: unknown }),
    response,
  }
}

const json: Handler = async c => ({ got: await c.req.json() })
const text: Handler = async c => ({ got: await c.req.text() })
const form: Handler = async c => ({ got: await c.req.form() })
const JSON_TYPE = { 'content-type': 'application/json' }

describe('json()', () => {
  test.each([
    ['{"a":[1,"ä",null]}', { a: [1, 'ä', null] }],
    ['1', 1],
    ['"a"', 'a'],
    ['null', null],
    ['\ufeff{"a":1}', { a: 1 }],
    ['{"constructor":1}', { constructor: 1 }],
    ['{"a":"__proto__"}', { a: '__proto__' }],
  ])('reads %s', async (body, got) => {
    expect((await send(json, body, JSON_TYPE)).body).toEqual({ got })
  })

  test.each([
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/vnd.api+json',
    'application/problem+json ; a=b',
  ])('takes %s', async type => {
    expect((await send(json, '1', { 'content-type': type })).status).toBe(200)
  })

  test.each([
    'text/plain',
    'text/json',
    'application/jsonp',
    'application/json-seq',
    'multipart/form-data; x=application/json',
    '',
  ])('refuses the type %s with 415', async type => {
    expect(await send(json, '1', { 'content-type': type })).toMatchObject({
      status: 415,
      body: { code: 'body_type_unsupported' },
    })
  })

  test.each(['', '{', '{"a":1,}', "{'a':1}", 'NaN', '1 2', '{"a":1}\0'])('refuses %j with 400', async body => {
    expect(await send(json, body, JSON_TYPE)).toMatchObject({ status: 400, body: { code: 'body_invalid' } })
  })

  test('refuses what is not UTF-8 with 400', async () => {
    expect(await send(json, Buffer.from('"\xff"', 'latin1'), JSON_TYPE)).toMatchObject({
      status: 400,
      body: { code: 'body_invalid' },
    })
  })

  test.each([
    '{"__proto__":{"a":1}}',
    '{"a":[{"__proto__":1}]}',
    '{"\\u005f_proto__":{}}',
    '{"\\u005F\\u005Fproto\\u005f_":{}}',
    '{"__pr\\u006fto__":{}}',
    '{"constructor":{"prototype":{"a":1}}}',
    '{"c\\u006fnstructor":{"prototype":{}}}',
    '[[[{"constructor":{"prototype":null}}]]]',
  ])('refuses the poisonous %s with 400', async body => {
    expect(await send(json, body, JSON_TYPE)).toMatchObject({ status: 400, body: { code: 'body_forbidden_key' } })
  })

  test('never shows what was sent', async () => {
    const { response, body } = await send(json, '{"password":"hunter2"', JSON_TYPE)
    expect(JSON.stringify([body, ...response.headers])).not.toContain('hunter2')
  })
})

describe('text() and form()', () => {
  test.each<[string, Uint8Array, string]>([
    ['text/plain', Buffer.from('ä'), 'ä'],
    ['text/plain; charset=UTF-8', Buffer.from('ä'), 'ä'],
    ['text/plain; x="a; charset=utf-16"', Buffer.from('ä'), 'ä'],
    ['text/plain; charset="iso-8859-1"', Buffer.from('ä', 'latin1'), 'ä'],
  ])('%s is decoded', async (type, body, got) => {
    expect((await send(text, body, { 'content-type': type })).body).toEqual({ got })
  })

  test('another charset is 415, and bytes that do not fit theirs 400', async () => {
    expect((await send(text, 'a', { 'content-type': 'text/plain; charset=utf-16' })).status).toBe(415)
    expect((await send(text, Buffer.from('\xff', 'latin1'), { 'content-type': 'text/plain' })).status).toBe(400)
  })

  test('a form is a record', async () => {
    const type = { 'content-type': 'application/x-www-form-urlencoded' }
    expect((await send(form, 'a=1&a=2&b=%C3%A4+b&__proto__=x', type)).body).toEqual({
      got: JSON.parse('{"a":["1","2"],"b":"ä b","__proto__":"x"}'),
    })
    expect((await send(form, 'a=1', JSON_TYPE)).status).toBe(415)
  })

  test('a request without a body has an empty one', async () => {
    const response = await toFetch(async c => ({ text: await c.req.text(), bytes: (await c.req.bytes()).length }))(
      new Request('http://a/'),
    )
    expect(await response.json()).toEqual({ text: '', bytes: 0 })
  })

  test('a body can be read twice whole, but not whole and as a stream', async () => {
    expect((await send(async c => ({ got: [await c.req.text(), await c.req.text()] }), 'a')).body).toEqual({
      got: ['a', 'a'],
    })
    const both: Handler = async c => {
      c.req.stream.resume()
      return c.req.text()
    }
    expect((await send(both, 'a')).status).toBe(500)
  })
})

test('pieces of every size come to one body in their order', async () => {
  const sizes = [
    1,
    1,
    2047,
    2048,
    2049,
    3,
    70_000,
    5,
    16_383,
    1,
    2,
    ...Array.from({ length: 5000 }, (_, i) => (i % 7) + 1),
  ]
  const pieces = sizes.map((size, i) => Buffer.alloc(size, i % 251))
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })
  const request = new Request('http://a/', { method: 'POST', body: stream, duplex: 'half' })
  const response = await toFetch(async c => c.bytes(await c.req.bytes()))(request)
  expect(Buffer.from(await response.arrayBuffer()).equals(Buffer.concat(pieces))).toBe(true)
})

describe('a compressed body', () => {
  test.each([
    ['gzip', gzipSync],
    ['X-GZIP', gzipSync],
    ['', (bytes: string) => Buffer.from(bytes)],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ])('in %s is unpacked', async (coding, pack) => {
    expect((await send(json, pack('{"a":1}'), { ...JSON_TYPE, 'content-encoding': coding })).body).toEqual({
      got: { a: 1 },
    })
  })

  test('in another coding is 415 and says what is taken', async () => {
    const { status, response } = await send(json, '1', { ...JSON_TYPE, 'content-encoding': 'compress' })
    expect([status, response.headers.get('accept-encoding')]).toEqual([415, 'gzip, deflate, br, zstd'])
  })

  test('that is broken is 400', async () => {
    expect((await send(json, 'not gzip', { ...JSON_TYPE, 'content-encoding': 'gzip' })).status).toBe(400)
  })

  const quickly = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }
  test.each([
    ['gzip', gzipSync],
    ['br', (data: Uint8Array) => brotliCompressSync(data, quickly)],
    ['zstd', zstdCompressSync],
  ])('that unpacks into 128 MiB from a little %s is 413, for little memory', async (coding, pack) => {
    const bomb = pack(Buffer.alloc(128 * 1024 * 1024))
    expect(bomb.length).toBeLessThan(200_000)
    const before = process.memoryUsage().rss
    const answer = await send(text, bomb, { 'content-encoding': coding })
    expect(answer).toMatchObject({ status: 413, body: { code: 'body_too_large' } })
    expect(process.memoryUsage().rss - before).toBeLessThan(24 * 1024 * 1024)
  })
})
