import { Buffer, File } from 'node:buffer'
import { createReadStream } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Handler, HttpOptions, JsonOptions } from '../src/index.ts'
import { recorder } from './recorder.ts'
import { GET, serving } from './serving.ts'

const { start, open } = serving()

async function ask(handler: Handler, options: HttpOptions = {}) {
  const log = recorder()
  const server = await start(handler, { log, ...options })
  const client = await open(server)
  const [answer] = await client.send(GET).answers(1)
  return { ...answer!, errors: log.lines('error').map(line => JSON.stringify(line)) }
}

/** All that arrives up to an end. */
async function received(handler: Handler, options: HttpOptions, request: string, end: string): Promise<string> {
  const client = await open(await start(handler, options))
  await client.send(request).until(one => one.received.endsWith(end))
  return client.received
}

const bytes = Uint8Array.from([0x61, 0x62, 0x63, 0x64])

describe('bytes', () => {
  test.each<[string, () => unknown, string]>([
    ['an ArrayBuffer', () => bytes.buffer.slice(), 'abcd'],
    ['a DataView of a part', () => new DataView(bytes.buffer, 1, 2), 'bc'],
    ['a Uint16Array', () => new Uint16Array(bytes.buffer.slice()), 'abcd'],
    ['an empty Float64Array', () => new Float64Array(0), ''],
    ['a Buffer', () => Buffer.from('abcd'), 'abcd'],
    ['a Blob', () => new Blob(['ab', 'cd']), 'abcd'],
    ['an empty Blob', () => new Blob([]), ''],
  ])('%s is sent as it is, with its length', async (_, make, body) => {
    const answer = await ask(make)
    expect(answer).toMatchObject({ status: 200, body })
    expect(answer.head).toContain('Content-Type: application/octet-stream')
    expect(answer.head).toContain(`Content-Length: ${body.length}`)
    const head = await received(make, {}, GET.replace('GET', 'HEAD'), '\r\n\r\n')
    expect(head).toContain(`Content-Length: ${body.length}`)
  })

  test('a Blob that says its type has it, and what was set for the answer is stronger', async () => {
    expect((await ask(() => new File(['<p>'], 'a.html', { type: 'text/html' }))).head).toContain(
      'Content-Type: text/html',
    )
    const set: Handler = c => {
      c.res.headers.set('Content-Type', 'image/png')
      return new Blob(['x'], { type: 'text/html' })
    }
    expect((await ask(set)).head).toContain('Content-Type: image/png')
  })

  test('c.bytes takes buffers and views', async () => {
    expect(await ask(c => c.bytes(bytes.buffer))).toMatchObject({ body: 'abcd' })
    expect(await ask(c => c.bytes(new DataView(bytes.buffer, 2)))).toMatchObject({ body: 'cd' })
  })
})

function* numbers() {
  yield 1
}

describe('values that JSON would turn into {} are errors that say what, where and what to do', () => {
  test.each<[string, unknown, RegExp]>([
    ['a Map', new Map([['a', 1]]), /GET \/ returned a Map, .*Object\.fromEntries/],
    ['a Set', new Set([1]), /returned a Set, .*an array/],
    ['a FormData', new FormData(), /returned a FormData, .*Object\.fromEntries/],
    ['a URLSearchParams', new URLSearchParams('a=1'), /returned a URLSearchParams, /],
    ['a Headers', new Headers(), /returned a Headers, /],
    ['a generator', numbers(), /returned a Generator, .*an array/],
    ['an iterator', [1].values(), /returned an Array Iterator, /],
    ['a RegExp', /a/, /returned a RegExp, .*plain object/],
    ['a Map in an object', { users: [{ 'a/b': new Map() }] }, /returned a Map at \/users\/0\/a~1b, /],
    ['an Error in an object', { error: new TypeError('x') }, /returned an Error at \/error, .*message/],
    ['a promise in an object', { user: Promise.resolve(1) }, /returned a Promise at \/user, .*Await/],
    ['a buffer in an object', { data: new ArrayBuffer(1) }, /returned an ArrayBuffer at \/data/],
  ])('%s', async (_, value, message) => {
    for (const handler of [(() => value) as Handler, (c => c.json(value)) as Handler]) {
      const answer = await ask(handler)
      expect(answer).toMatchObject({ status: 500 })
      expect(answer.body).not.toContain('returned')
      expect(answer.errors).toEqual([expect.stringMatching(message)])
    }
  })

  test('a stream of Node.js inside of a value, whose failure does not end the process', async () => {
    const closed = Promise.withResolvers<void>()
    const answer = await ask(() => ({ file: createReadStream('/no/such/file').once('close', closed.resolve) }))
    expect(answer).toMatchObject({ status: 500 })
    expect(answer.errors).toEqual([expect.stringMatching(/returned a stream at \/file, .*await text\(stream\)/)])
    await closed.promise // it has failed by then, and without a listener that would end the process
  })

  test('a function and a symbol', async () => {
    expect((await ask(() => numbers)).errors).toEqual([expect.stringContaining('a function')])
    expect((await ask(() => Symbol('a'))).errors).toEqual([expect.stringContaining('a symbol')])
  })

  test.each<[string, unknown, string]>([
    ['an empty object', {}, '{}'],
    ['an object without prototype', Object.create(null), '{}'],
    ['an instance', new (class Empty {})(), '{}'],
    ['a text that looks like one', { text: '{}' }, '{"text":"{}"}'],
    ['empty members', { a: {}, b: [{}] }, '{"a":{},"b":[{}]}'],
    [
      'a Map that says how',
      Object.assign(new Map([['a', {}]]), {
        toJSON() {
          return {}
        },
      }),
      '{}',
    ],
    ['a Map with members of its own', Object.assign(new Map(), { a: {} }), '{"a":{}}'],
  ])('but %s is what it was', async (_, value, body) => {
    expect(await ask(() => value)).toMatchObject({ status: 200, body })
  })
})

describe('a BigInt', () => {
  const rows = () => ({ rows: [{ id: 1 }, { id: 2, total: 12n }] })

  test.each<[string, Handler, RegExp]>([
    ['in what is returned', rows, /GET \/ returned a BigInt at \/rows\/1\/total, .*bigint: 'string'/],
    ['in c.json', c => c.json([1n]), /a BigInt at \/0/],
    ['that is all', () => 7n, /returned a BigInt, /],
    ['in an answer that waits', async () => rows(), /\/rows\/1\/total/],
  ])('%s is an error with member, route and remedy', async (_, handler, message) => {
    const answer = await ask(handler)
    expect(answer).toMatchObject({ status: 500 })
    expect(answer.errors).toEqual([expect.stringMatching(message)])
  })

  test.each<[JsonOptions, string]>([
    [{ bigint: 'string' }, '{"rows":[{"id":1},{"id":2,"total":"12"}]}'],
    [{ bigint: 'number' }, '{"rows":[{"id":1},{"id":2,"total":12}]}'],
    [{ bigint: value => ({ big: value.toString(16) }) }, '{"rows":[{"id":1},{"id":2,"total":{"big":"c"}}]}'],
  ])('is written as %j says, wherever it stands', async (json, body) => {
    expect(await ask(rows, { json })).toMatchObject({ status: 200, body })
    expect(await ask(c => c.json(rows()), { json })).toMatchObject({ body })
    const events = await received(c => c.events(one()), { json }, GET, '\r\n0\r\n\r\n')
    expect(events).toContain(`data: ${body}\n\n`)
    async function* one() {
      yield { data: rows() }
    }
  })

  test('too large for a number is an error, and never another number', async () => {
    const answer = await ask(() => ({ total: 2n ** 53n }), { json: { bigint: 'number' } })
    expect(answer).toMatchObject({ status: 500 })
    expect(answer.errors).toEqual([expect.stringContaining('GET / returned the BigInt 9007199254740992 at /total')])
    const hidden = await ask(() => ({ toJSON: () => ({ total: -(2n ** 60n) }) }), { json: { bigint: 'number' } })
    expect(hidden.errors).toEqual([expect.stringMatching(/^.*GET \/ returned the BigInt -1152921504606846976,/)])
  })

  test('beside a Map is written, and the Map still refused', async () => {
    const answer = await ask(() => ({ total: 1n, map: new Map() }), { json: { bigint: 'string' } })
    expect(answer.errors).toEqual([expect.stringContaining('a Map at /map')])
  })

  test('in a form that does not exist is refused at the start', async () => {
    await expect(start(() => 'ok', { json: { bigint: 'hex' as 'string' } })).rejects.toThrow(/json\.bigint/)
  })
})

test('values that JSON itself refuses are errors that say why', async () => {
  const circle: { self?: unknown } = {}
  circle.self = circle
  expect((await ask(() => circle)).errors).toEqual([expect.stringContaining('circular')])
})
