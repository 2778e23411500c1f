import { describe, expect, test } from 'vitest'
import { type Context, type Handler, readForm, readJson } from '../src/index.ts'
import { memoryConnection, settle } from './memory-connection.ts'

const head = (type: string, body: string, fields = '') =>
  `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: ${type}\r\n${fields}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n`

const json = (body: string, fields?: string) => Buffer.from(head('application/json', body, fields) + body)

describe('a body that is here already is read at once', () => {
  test('so a handler without promises answers before the call that brought the request returns', () => {
    const { connection, transport } = memoryConnection(c => ({ got: readJson(c.req) }))
    connection.receive(json('{"a":"ä"}'))
    expect(transport.sent).toContain(Buffer.from('\r\n\r\n{"got":{"a":"ä"}}').toString('latin1'))
  })

  test('out of a buffer that is read into again', async () => {
    const seen: unknown[] = []
    const handler: Handler = async c => {
      seen.push(readJson(c.req))
      await null
      seen.push((await c.req.bytes()).toString(), await c.req.text())
      return 'ok'
    }
    const { connection } = memoryConnection(handler)
    const shared = json('{"a":1}')
    connection.receiveBorrowed(shared, shared.length)
    shared.fill('x')
    await settle()
    expect(seen).toEqual([{ a: 1 }, '{"a":1}', '{"a":1}'])
  })

  test('and is gone once the response is sent, rather than what was read into the buffer since', async () => {
    const late: unknown[] = []
    const { promise: sent, resolve } = Promise.withResolvers<void>()
    const { connection, transport } = memoryConnection(c => {
      readJson(c.req)
      void sent
        .then(() => c.req.text())
        .then(
          text => late.push(text),
          error => late.push(error.code),
        )
      return 'ok'
    })
    const shared = json('{"a":1}')
    connection.receiveBorrowed(shared, shared.length)
    expect(transport.sent).toMatch(/ok$/)
    shared.fill('x')
    resolve()
    await settle()
    expect(late).toEqual(['body_incomplete'])
  })

  test.each<[string, (c: Context) => unknown]>([
    ['bytes', c => c.req.bytes()],
    ['a stream', c => c.req.stream.toArray().then(chunks => Buffer.concat(chunks))],
  ])('and %s that a handler keeps are its own', async (_, read) => {
    const kept: unknown[] = []
    const { connection } = memoryConnection(async c => {
      kept.push(await read(c))
      return 'ok'
    })
    const shared = json('{"a":1}')
    connection.receiveBorrowed(shared, shared.length)
    shared.fill('x')
    await new Promise(setImmediate)
    expect(String(kept[0])).toBe('{"a":1}')
  })

  test('however often it is read, and under the limit that then holds', async () => {
    const read: unknown[] = []
    const { connection, transport } = memoryConnection(async c => {
      c.req.maxBodyBytes = 6
      await c.req.json().catch(error => read.push(error.code))
      c.req.maxBodyBytes = 7
      read.push(c.req.bodyUsed, await c.req.json(), c.req.bodyUsed, await c.req.json(), await c.req.text())
      return 'ok'
    })
    connection.receive(Buffer.concat([json('{"a":1}'), json('{"a":2}')]))
    await settle()
    const each = (n: number) => ['body_too_large', false, { a: n }, true, { a: n }, `{"a":${n}}`]
    expect(read).toEqual([...each(1), ...each(2)])
    expect(transport.ended).toBe(false)
  })

  test('chunked or plain, and what follows it is the next request', () => {
    const bodies: unknown[] = []
    const { connection, transport } = memoryConnection(c => {
      bodies.push(c.req.method === 'POST' ? readJson(c.req) : null)
      return 'ok'
    })
    const chunked = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n'
    const next = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
    connection.receive(Buffer.concat([json('[1]'), Buffer.from(`${chunked}1\r\n[\r\n2\r\n2]\r\n0\r\n\r\n${next}`)]))
    expect(bodies).toEqual([[1], [2], null])
    expect(transport.sent.split('HTTP/1.1 200 OK')).toHaveLength(4)
  })

  test('as a form too', () => {
    const { connection, transport } = memoryConnection(c => ({ ...(readForm(c.req) as object) }))
    connection.receive(Buffer.from(`${head('application/x-www-form-urlencoded', 'a=1&b=')}a=1&b=`))
    expect(transport.sent).toMatch(/\r\n\r\n\{"a":"1","b":""\}$/)
  })
})

describe('a body that has not arrived as a whole is a promise', () => {
  test('however the bytes are cut', async () => {
    const whole = json('{"a":[1,2,3]}')
    const start = whole.indexOf('\r\n\r\n') + 4
    for (let cut = start; cut < whole.length; cut++) {
      const read: unknown[] = []
      const { connection } = memoryConnection(c => {
        const result = readJson(c.req)
        read.push(result instanceof Promise)
        return Promise.resolve(result).then(value => read.push(value))
      })
      connection.receive(whole.subarray(0, cut))
      connection.receive(whole.subarray(cut))
      await settle()
      expect(read).toEqual([true, { a: [1, 2, 3] }])
    }
  })
})

describe('bodies that cannot be read', () => {
  const outcomes: [string, Buffer, string][] = [
    ['bad JSON', json('{'), 'body_invalid'],
    ['a poisonous key', json('{"__proto__":1}'), 'body_forbidden_key'],
    ['another type', Buffer.from(`${head('text/plain', '1')}1`), 'body_type_unsupported'],
    ['two types', json('1', 'Content-Type: text/plain\r\n'), 'body_type_unsupported'],
    ['too much', json(`"${'x'.repeat(100)}"`), 'body_too_large'],
  ]

  test.each(outcomes)('%s is thrown by the one and rejects the other, each time', async (_, bytes, code) => {
    const codes: unknown[] = []
    const note = (error: unknown) => codes.push((error as { code: unknown }).code)
    const { connection } = memoryConnection(
      async c => {
        for (let again = 0; again < 2; again++) {
          try {
            readJson(c.req)
          } catch (error) {
            note(error)
          }
          await c.req.json().catch(note)
        }
        return 'ok'
      },
      { maxBodyBytes: 64 },
    )
    connection.receive(bytes)
    await settle()
    expect(codes).toEqual([code, code, code, code])
  })

  test('a body that was read as a stream is distinguished from one that was cut off', async () => {
    const codes: unknown[] = []
    const { connection } = memoryConnection(async c => {
      c.req.stream.resume()
      await c.req.json().catch(error => codes.push((error as { code: unknown }).code))
      return 'ok'
    })
    connection.receive(json('{}'))
    await settle()
    expect(codes).toEqual(['body_consumed'])
  })
})

test('Content-Type is found in any case, place and spacing', () => {
  const types: unknown[] = []
  const { connection } = memoryConnection(c => {
    types.push(c.req.header('Content-Type'), c.req.headers['content-type'], c.req.header('CONTENT-TYPE'))
    return 'ok'
  })
  const request = (fields: string) => Buffer.from(`POST / HTTP/1.1\r\n${fields}Content-Length: 0\r\nHost: a\r\n\r\n`)
  connection.receive(request('cONTENT-tYPE: \t a/b; c=d \t\r\n'))
  connection.receive(request('Content-Type: a/b\r\nContent-Type: c/d\r\n'))
  connection.receive(request('Content-Typed: a/b\r\n'))
  const body = (fields: string) =>
    Buffer.concat([Buffer.from(fields.replace('\r\n', '\r\nHost: a\r\n')), Buffer.from('x')])
  connection.receive(body('POST / HTTP/1.1\r\nContent-Length: 1\r\ncONTENT-tYPE:\ta/b; c=d \t\r\n\r\n'))
  connection.receive(body('POST / HTTP/1.1\r\nContent-Type: a/b\r\nContent-Length: 1\r\nContent-Type: c/d\r\n\r\n'))
  connection.receive(body('POST / HTTP/1.1\r\nContent-Type:\r\nContent-Length: 1\r\n\r\n'))
  const three = (value: unknown) => [value, value, value]
  expect(types).toEqual(['a/b; c=d', 'a/b, c/d', undefined, 'a/b; c=d', 'a/b, c/d', ''].flatMap(three))
})
