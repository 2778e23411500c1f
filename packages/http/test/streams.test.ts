import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import { HttpError } from '@arlen/core'
import { describe, expect, test } from 'vitest'
import { compress, type Handler, type HttpOptions, serve } from '../src/index.ts'
import { recorder } from './recorder.ts'
import { deferred, eventually, GET, serving } from './serving.ts'

const { start, open } = serving()

/** A web stream that says what it is told and then waits, until it is canceled. */
function waiting(said: readonly string[] = []) {
  const canceled = deferred<unknown>()
  const pieces = [...said]
  const stream = new ReadableStream<string>({
    pull(controller) {
      const piece = pieces.shift()
      if (piece === undefined) return new Promise(() => undefined)
      controller.enqueue(piece)
      return undefined
    },
    cancel: reason => canceled.resolve(reason),
  })
  return { stream, canceled: canceled.promise }
}

describe('a web stream that waits is canceled when its client leaves', () => {
  test.each<[string, readonly string[], (handler: Handler) => Handler]>([
    ['after its first byte', ['first'], handler => handler],
    ['before it', [], handler => handler],
    ['compressed', ['first'], compress({ minBytes: 0 })],
  ])('%s', async (_, said, wrap) => {
    const source = waiting(said)
    const server = await start(wrap(c => c.stream(source.stream, { type: 'text/plain' })))
    const client = await open(server)
    client.send(GET.replace('\r\n\r\n', '\r\nAccept-Encoding: gzip\r\n\r\n'))
    if (said.length > 0) await client.until(({ received }) => received.includes('\r\n\r\n'))
    else await eventually(() => server.requestsInFlight === 1)
    client.close()
    await source.canceled
    await eventually(() => server.connections === 0)
    expect(server.requestsInFlight).toBe(0)
  })

  test('with all the upstream responses behind it', async () => {
    let open20 = 0
    const upstream = await serve(
      c => {
        c.req._atEnd(() => open20--)
        open20++
        return c.stream(waiting(['first']).stream)
      },
      { port: 0 },
    )
    const server = await start(() => fetch(`http://127.0.0.1:${upstream.address?.port}/`))
    const clients = await Promise.all(Array.from({ length: 20 }, () => open(server)))
    await Promise.all(clients.map(client => client.send(GET).until(({ received }) => received.includes('first'))))
    expect(open20).toBe(20)
    for (const client of clients) client.close()
    await eventually(() => open20 === 0)
    await eventually(() => server.requestsInFlight === 0)
    await upstream.close({ graceMs: 0 })
  })

  test('but not if the client has only half-closed the connection, and the stream continues', async () => {
    const go = deferred()
    async function* pieces() {
      yield 'first '
      await go.promise
      for (let i = 0; i < 5; i++) {
        await new Promise(resolve => setImmediate(resolve))
        yield `${i}`
      }
    }
    const aborted = deferred()
    const server = await start(c => {
      c.signal.addEventListener('abort', () => aborted.resolve())
      return c.stream(ReadableStream.from(pieces()), { length: 11 })
    })
    const client = await open(server, { allowHalfOpen: true })
    await client.send(GET).until(({ received }) => received.includes('first'))
    client.socket.end()
    await aborted.promise
    go.resolve()
    expect(await client.until(({ received }) => received.endsWith('first 01234'))).toContain('Content-Length: 11')
  })
})

describe('a result that is not sent after all is let go', () => {
  test.each<[string, (stream: ReadableStream<string>) => unknown]>([
    ['a stream', stream => stream],
    ['a Response', stream => new Response(stream.pipeThrough(new TextEncoderStream()))],
  ])('%s that comes when the time is up', async (_, make) => {
    const source = waiting()
    const go = deferred()
    const server = await start(() => go.promise.then(() => make(source.stream)), { handlerTimeoutMs: 20 })
    const client = await open(server)
    expect((await client.send(GET).answers(1))[0]).toMatchObject({ status: 503 })
    go.resolve()
    await source.canceled
  })

  test('a stream whose header fields cannot be sent', async () => {
    const source = waiting()
    const server = await start(c => {
      const reply = c.stream(source.stream)
      c.res.headers.set('X-A', '1')
      Object.defineProperty(reply, 'length', { get: () => expect.fail('broken') })
      return reply
    })
    const client = await open(server)
    expect((await client.send(GET).answers(1))[0]).toMatchObject({ status: 500 })
    await source.canceled
  })

  test('a generator that HEAD does not need', async () => {
    const source = pieces()
    async function* pieces() {
      yield 'x'
    }
    const server = await start(c => c.stream(source))
    const client = await open(server)
    await client.send(GET.replace('GET', 'HEAD')).until(({ received }) => received.includes('\r\n\r\n'))
    await eventually(() => server.requestsInFlight === 0)
    expect(await source.next()).toEqual({ done: true, value: undefined })
  })
})

describe('a stream that fails before its first byte', () => {
  const broken = new Error('broken')
  async function* failing(error: unknown = broken): AsyncGenerator<string> {
    if (error !== undefined) throw error
    yield 'never'
  }
  const sources: [string, Handler][] = [
    ['an async iterable', c => c.stream(failing())],
    ['a Node stream', c => c.stream(Readable.from(failing()))],
    ['a web stream', c => c.stream(ReadableStream.from(failing()))],
    ['a file that is not there', c => c.stream(createReadStream('/nowhere/at/all'))],
    ['a Node stream that is destroyed', c => destroyedSoon(c.stream.bind(c))],
    ['a web Response', () => new Response(ReadableStream.from(failing()) as never)],
    ['what is compressed', c => compress({ minBytes: 0 })(() => c.stream(failing(), { type: 'text/html' }))(c)],
    ['pieces that are no bytes', c => c.stream(Readable.from([{ a: 1 }]))],
    ['more bytes than declared', c => c.stream(Readable.from(['part']), { length: 2 })],
    ['no bytes where some are declared', c => c.stream(Readable.from([]), { length: 2 })],
  ]

  test.each(sources)('is one 500 through onError, and its connection lives on: %s', async (_, handler) => {
    const errors: unknown[] = []
    const log = recorder()
    const onError: HttpOptions['onError'] = (error, c) => {
      errors.push(error)
      return c.text('sorry')
    }
    const server = await start(
      c => {
        c.res.headers.set('ETag', '"a"')
        return handler(c)
      },
      { log, onError },
    )
    const client = await open(server)
    const fields = 'Accept-Encoding: gzip\r\n\r\n'
    const [answer] = await client.send(GET.replace('\r\n\r\n', `\r\n${fields}`)).answers(1)
    expect(answer).toMatchObject({ status: 500, body: 'sorry' })
    expect(answer!.head).not.toMatch(/^(?:transfer-encoding|content-encoding|etag):/im)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toBeInstanceOf(Error)
    expect(log.lines('error')).toHaveLength(1)
    expect((await client.send(GET).answers(1))[0]).toMatchObject({ status: 500 })
    expect(client.closed).toBe(false)
  })

  test('is the answer that its error says', async () => {
    const server = await start(c => c.stream(failing(new HttpError(404, 'no_such_report'))))
    const client = await open(server)
    const [answer] = await client.send(GET).answers(1)
    expect(answer).toMatchObject({ status: 404, body: expect.stringContaining('no_such_report') })
  })

  test('as the answer to an error is a plain 500', async () => {
    const log = recorder()
    const server = await start(() => Promise.reject(broken), { log, onError: (_, c) => c.stream(failing()) })
    const client = await open(server)
    const [answer] = await client.send(GET).answers(1)
    expect(answer).toMatchObject({ status: 500, body: expect.stringContaining('internal_error') })
    expect(log.lines('error').map(line => line.msg)).toEqual(['request failed', 'the error handler failed'])
  })

  test('and one that ends without any is an empty answer', async () => {
    const server = await start(c => c.stream(Readable.from([])))
    const client = await open(server)
    await client.send(GET).until(({ received }) => received.endsWith('\r\n\r\n0\r\n\r\n'))
    expect(client.received).toMatch(/^HTTP\/1\.1 200 /)
  })

  test('that takes too long is 503, and is let go', async () => {
    const source = waiting()
    const server = await start(c => c.stream(source.stream), { handlerTimeoutMs: 20 })
    const client = await open(server)
    expect((await client.send(GET).answers(1))[0]).toMatchObject({ status: 503 })
    expect(await source.canceled).toMatchObject({ code: 'handler_timeout' })
  })
})

test.each<[string, Handler]>([
  ['an empty piece', c => c.stream(waiting(['']).stream)],
  [
    'that it is a stream of events',
    () => new Response(waiting().stream as never, { headers: { 'content-type': 'text/event-stream' } }),
  ],
])('a stream sends its head at once by %s', async (_, handler) => {
  const client = await open(await start(handler))
  await client.send(GET).until(({ received }) => received.endsWith('\r\n\r\n'))
  expect(client.received).toMatch(/^HTTP\/1\.1 200 /)
})

test('pieces may be buffers and views', async () => {
  const bytes = Uint8Array.from([0x61, 0x62, 0x63])
  const pieces = [bytes.buffer, new DataView(bytes.buffer, 1), 'd'] as unknown[] as string[]
  const client = await open(await start(c => c.stream(ReadableStream.from(pieces), { length: 6 })))
  expect((await client.send(GET).answers(1))[0]).toMatchObject({ body: 'abcbcd' })
})

function destroyedSoon(stream: (source: Readable) => unknown): unknown {
  const source = new Readable({ read: () => undefined })
  setImmediate(() => source.destroy())
  return stream(source)
}
