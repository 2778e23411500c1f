import { once } from 'node:events'
import { Readable } from 'node:stream'
import { HttpError } from '@arlen/core'
import { describe, expect, test } from 'vitest'
import { HeaderBlock } from '../src/extend.ts'
import type { Context, Handler, HttpOptions } from '../src/index.ts'
import { recorder } from './recorder.ts'
import { deferred, eventually, GET, serving } from './serving.ts'

const { start, open } = serving()

async function responseOf(handler: Handler, options: HttpOptions = {}) {
  const log = recorder()
  const server = await start(handler, { log, ...options })
  const client = await open(server)
  const [answer] = await client.send(GET).answers(1)
  return { answer: answer!, log, server, client }
}

test('an HttpError is sent as a response with its headers, and is not logged as an error', async () => {
  const { answer, log } = await responseOf(() => {
    throw new HttpError(429, 'slow_down', { detail: 'Wait.', headers: { 'Retry-After': '5' } })
  })
  expect(answer.status).toBe(429)
  expect(answer.head).toContain('Retry-After: 5')
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'slow_down', detail: 'Wait.', status: 429 })
  expect(log.lines('error')).toEqual([])
})

test.each<[string, Handler]>([
  [
    'a throw',
    () => {
      throw new Error('secret')
    },
  ],
  [
    'a rejection',
    async () => {
      throw new Error('secret')
    },
  ],
  ['a rejection with no Error', () => Promise.reject('secret')],
  [
    'a broken toJSON',
    () => ({
      toJSON() {
        throw new Error('secret')
      },
    }),
  ],
  [
    'a header that may not be sent',
    c => {
      c.res.headers.set('X-A', 'a\r\nSet-Cookie: secret')
      return 'ok'
    },
  ],
  ['an invalid status', c => c.text('secret', 99)],
  [
    'a stream that was destroyed before',
    async c => {
      const stream = Readable.from(['secret'])
      stream.destroy()
      await once(stream, 'close')
      return c.stream(stream)
    },
  ],
  [
    'a stream that failed before',
    async c => {
      const stream = Readable.from(['x'])
      stream.destroy(new Error('secret'))
      await once(stream, 'error')
      return c.stream(stream)
    },
  ],
  [
    'a stream that was read before',
    async c => {
      const stream = Readable.from(['secret'])
      for await (const _ of stream);
      return c.stream(stream)
    },
  ],
  [
    'a web stream that someone else reads',
    c => {
      const stream = ReadableStream.from(['secret'])
      stream.getReader()
      return c.stream(stream)
    },
  ],
  [
    'a Response that was read before',
    async () => {
      const response = new Response('secret')
      await response.text()
      return response
    },
  ],
])('%s is one 500, one log line with its id, and the connection lives on', async (_, handler) => {
  const { answer, log, client } = await responseOf(handler)
  expect(answer.status).toBe(500)
  expect(answer.body).not.toContain('secret')
  const id = (JSON.parse(answer.body) as { correlationId: string }).correlationId
  expect(log.lines('error')).toEqual([expect.objectContaining({ requestId: id, method: 'GET', path: '/' })])
  const [second] = await client.send(GET).answers(1)
  expect(second!.status).toBe(500)
})

describe('onError', () => {
  test('handles each failure on a connection, whatever failed before', async () => {
    const fail = function (this: Readable) {
      this.destroy(new Error('second'))
    }
    const handler: Handler = c => {
      if (c.req.path === '/') throw new Error('first')
      // A stream that fails before its first piece can still become an error response.
      return c.stream(new Readable({ read: fail }))
    }
    const server = await start(handler, { log: recorder(), onError: (error, c) => c.text((error as Error).message) })
    const client = await open(server)
    client.send(GET)
    const [first] = await client.answers(1)
    client.send('GET /stream HTTP/1.1\r\nHost: a\r\n\r\n')
    const [second] = await client.answers(1)
    expect([first, second]).toMatchObject([
      { status: 500, body: 'first' },
      { status: 500, body: 'second' },
    ])
  })

  test('makes the answer, with the status of the error', async () => {
    const onError: HttpOptions['onError'] = (error, c) => c.html(`<p>${(error as Error).message}</p>`)
    const { answer } = await responseOf(
      () => {
        throw new HttpError(404, 'gone', { detail: 'no more' })
      },
      { onError },
    )
    expect(answer).toMatchObject({ status: 404, body: '<p>no more</p>' })
  })

  test('may take its time', async () => {
    const { answer } = await responseOf(
      () => {
        throw new Error('a')
      },
      { onError: async (_, c) => c.text('sorry', 502) },
    )
    expect(answer).toMatchObject({ status: 502, body: 'sorry' })
  })

  test.each<[string, NonNullable<HttpOptions['onError']>]>([
    [
      'throws',
      () => {
        throw new Error('second')
      },
    ],
    ['rejects', () => Promise.reject(new Error('second'))],
    ['answers nothing', () => undefined],
  ])('that %s leaves a plain 500', async (_, onError) => {
    const { answer, log } = await responseOf(
      () => {
        throw new Error('first')
      },
      { onError },
    )
    expect(answer.status).toBe(500)
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'internal_error' })
    expect(log.lines('error')).toHaveLength(2)
  })

  test('gets a clean head: what described the content that failed is gone, what protects stays', async () => {
    const { answer } = await responseOf(c => {
      c.res.status = 201
      c.res.headers.set('ETag', '"a"').set('Cache-Control', 'public').set('X-Frame-Options', 'DENY')
      throw new Error('a')
    })
    expect(answer.head).not.toMatch(/etag|cache-control/i)
    expect(answer.head).toContain('X-Frame-Options: DENY')
    expect(answer.status).toBe(500)
  })

  const kept = [
    'Content-Security-Policy',
    'Content-Security-Policy-Report-Only',
    'Content-DPR',
    'X-Content-Type-Options',
  ]
  const dropped = [
    ...['Content-Type', 'Content-Encoding', 'Content-Language', 'Content-Length', 'Content-Location'],
    ...['Content-Range', 'Content-Disposition', 'Content-Digest', 'Repr-Digest', 'ETag', 'Last-Modified', 'Expires'],
    ...['Accept-Ranges', 'Digest', 'Content-MD5', 'Cache-Control'],
  ]

  test.each<[string, (c: Context) => void]>([
    [
      'c.res',
      c => {
        for (const name of [...kept, ...dropped]) c.res.headers.set(name, '1')
      },
    ],
    ['baseHeaders', c => c.baseHeaders(new HeaderBlock([...kept, ...dropped].map(name => [name, '1'])))],
    [
      'both',
      c => {
        c.baseHeaders(new HeaderBlock(dropped.map(name => [name, '1'])))
        for (const name of kept) c.res.headers.set(name, '1')
      },
    ],
  ])('keeps the policy of the page and drops each field that describes its content, from %s', async (_, set) => {
    const { answer } = await responseOf(c => {
      set(c)
      throw new HttpError(404)
    })
    for (const name of kept) expect(answer.head, name).toMatch(new RegExp(`^${name}: 1$`, 'm'))
    for (const name of dropped) expect(answer.head, name).not.toMatch(new RegExp(`^${name}: 1$`, 'm'))
    expect(answer.head).toMatch(/^Content-Type: application\/problem\+json/m)
  })
})

describe('a stream that fails half way', () => {
  const parts = async function* () {
    yield 'part'
    throw new Error('broken')
  }
  test.each<[string, Handler]>([
    ['an async iterable', c => c.stream(parts())],
    ['a Node stream', c => c.stream(Readable.from(parts()))],
    ['a web stream', c => c.stream(ReadableStream.from(parts()))],
    [
      'a Node stream that is destroyed',
      c => {
        const stream = new Readable({ read: () => undefined })
        stream.push('part')
        setImmediate(() => stream.destroy())
        return c.stream(stream)
      },
    ],
    ['fewer bytes than declared', c => c.stream(Readable.from(['part']), { length: 10 })],
    ['more bytes than declared', c => c.stream(Readable.from(['part', 'part', 'part']), { length: 6 })],
    ['pieces that are no bytes', c => c.stream(Readable.from([Buffer.from('part'), { a: 1 }]))],
  ])('cuts the connection, so that the client can tell: %s', async (_, handler) => {
    const log = recorder()
    const finished = deferred<{ error: unknown }>()
    const server = await start(handler, { log, onFinish: (_c, finish) => finished.resolve(finish) })
    const client = await open(server)
    client.send(GET)
    await client.until(one => one.closed)
    expect(client.received).toMatch(/^HTTP\/1\.1 200/)
    expect(client.received).not.toContain('\r\n0\r\n\r\n')
    const declared = /Content-Length: (\d+)/.exec(client.received)?.[1]
    const body = client.received.slice(client.received.indexOf('\r\n\r\n') + 4)
    if (declared !== undefined) expect(body.length).toBeLessThan(Number(declared))
    expect((await finished.promise).error).toBeInstanceOf(Error)
    expect(log.lines('error')).toHaveLength(1)
    await eventually(() => server.requestsInFlight === 0 && server.connections === 0)
  })
})

test('a second answer is dropped', async () => {
  const { answer, log, client } = await responseOf(c => {
    setImmediate(() => (c as { respond(b: object): unknown }).respond({ any: () => 'second' }))
    return 'first'
  })
  expect(answer.body).toBe('first')
  await client.send(GET).answers(1)
  expect(client.received).toBe('')
  expect(log.lines('error')).toEqual([])
})

test('mistakes of clients are logged at debug, where they fill no disk', async () => {
  const log = recorder()
  const server = await start(() => 'ok', { log })
  const client = await open(server)
  await client.send('BAD\r\n\r\n').toEnd()
  expect(log.entries.map(({ level }) => level)).toEqual(['debug'])
  expect(log.entries[0]).toMatchObject({ code: 'request_line_invalid', status: 400 })
})

test('over the limit of requests in flight the answer is 503 with Retry-After, and nothing else suffers', async () => {
  const release = deferred()
  const server = await start(() => release.promise.then(() => 'ok'), { maxRequestsInFlight: 2 })
  const [one, two, three] = await Promise.all([open(server), open(server), open(server)])
  one.send(GET)
  two.send(GET)
  await eventually(() => server.requestsInFlight === 2)
  const [refused] = await three.send(GET).answers(1)
  expect(refused).toMatchObject({ status: 503 })
  expect(refused!.head).toContain('Retry-After: 1')
  release.resolve()
  const answers = await Promise.all([one.answers(1), two.answers(1)])
  expect(answers.map(([answer]) => answer!.status)).toEqual([200, 200])
  expect((await three.send(GET).answers(1))[0]!.status).toBe(200)
})

test('the process manager can lower the limits of the server, and have it refuse all but health routes', async () => {
  const server = await start(c => c.text(c.req.path))
  server.setLoadRules({ maxInFlight: 5, healthPaths: ['/healthz'], retryAfterSeconds: 7 })
  server.overload(true)
  const client = await open(server)
  const ask = async (path: string) => (await client.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).answers(1))[0]!
  const refused = await ask('/')
  expect(refused.status).toBe(503)
  expect(refused.head).toContain('Retry-After: 7')
  expect((await ask('/healthz?full')).status).toBe(200)
  expect((await ask('/healthz/db')).status).toBe(200)
  expect((await ask('/healthzz')).status).toBe(503)
  server.overload(false)
  expect((await ask('/')).status).toBe(200)
  expect(server.stats()).toEqual({ inFlight: 0, requests: 3, shed: 2 })
})

test('connections over the limit wait for one to go, and those beyond are answered 503', async () => {
  const server = await start(() => 'ok', { maxConnections: 1, maxWaitingConnections: 1 })
  const first = await open(server)
  await first.send(GET).answers(1)
  const waiting = (await open(server)).send(GET)
  const third = await open(server)
  expect(await third.toEnd()).toMatch(/^HTTP\/1\.1 503 [\s\S]*Retry-After: 1/)
  expect(waiting.received).toBe('')
  first.close()
  expect((await waiting.answers(1))[0]!.status).toBe(200)
})
