import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Handler } from '../src/index.ts'
import { deferred, eventually, GET, post, serving } from './serving.ts'

const { start, open } = serving()

/** A handler that tells when it was called and with what its signal was aborted, and never answers. */
function watching(read?: (c: Parameters<Handler>[0]) => Promise<unknown>) {
  const called = deferred()
  const aborted = deferred<unknown>()
  const handler: Handler = async c => {
    c.signal.addEventListener('abort', () => aborted.resolve(c.signal.reason))
    await read?.(c)
    called.resolve()
    await aborted.promise
    return 'too late'
  }
  return { handler, called: called.promise, aborted: aborted.promise }
}

describe('c.signal aborts when the client leaves', () => {
  test.each([
    ['a GET', GET, undefined],
    ['a POST without a body', post(''), undefined],
    ['a POST whose body was read', post('hello'), (c: Parameters<Handler>[0]) => c.req.text()],
    ['a POST whose body nobody read', post('hello'), undefined],
  ])('after %s', async (_, request, read) => {
    const { handler, called, aborted } = watching(read)
    const client = await open(await start(handler))
    client.send(request)
    await called
    client.close()
    expect(await aborted).toMatchObject({ code: 'client_disconnected' })
  })

  test('in the middle of an upload, whose reader learns it too', async () => {
    const failed = deferred<unknown>()
    const finished = deferred<unknown>()
    const server = await start(
      async c => {
        await c.req.bytes().catch(failed.resolve)
        expect(c.signal.aborted).toBe(true)
      },
      { onFinish: (_, finish) => finished.resolve(finish) },
    )
    const client = await open(server)
    client.send(post('half', 100))
    await eventually(() => server.requestsInFlight === 1)
    client.close()
    expect(await failed.promise).toMatchObject({
      code: expect.stringMatching(/^(?:request_incomplete|client_disconnected)$/),
    })
    await finished.promise
    expect(server.requestsInFlight).toBe(0)
  })

  test('before the first byte of a stream, which is released', async () => {
    const destroyed = deferred()
    const started = deferred()
    const server = await start(c => {
      started.resolve()
      const silent = new Readable({ read: () => undefined })
      silent.on('close', destroyed.resolve)
      return c.stream(silent)
    })
    const client = await open(server)
    client.send(GET)
    await started.promise
    client.socket.resetAndDestroy()
    await destroyed.promise
    await eventually(() => server.connections === 0)
    expect(server.requestsInFlight).toBe(0)
  })

  test('while a stream is being sent: an async iterable is returned from', async () => {
    const returned = deferred()
    const server = await start(c =>
      c.stream(
        (async function* () {
          try {
            for (;;) yield 'x'.repeat(10_000)
          } finally {
            returned.resolve()
          }
        })(),
      ),
    )
    const client = await open(server)
    await client.send(GET).until(({ received }) => received.length > 20_000)
    client.close()
    await returned.promise
    await eventually(() => server.requestsInFlight === 0)
    expect(server.connections).toBe(0)
  })
})

test.each([
  ['GET', GET],
  ['POST with a body', post('hello')],
  ['HEAD', GET.replace('GET', 'HEAD')],
])('c.signal is never aborted because an answer was complete: %s', async (_, request) => {
  const signals: AbortSignal[] = []
  const server = await start(async c => {
    signals.push(c.signal)
    await c.req.text()
    return 'ok'
  })
  const client = await open(server)
  client.send(request)
  await eventually(() => signals.length === 1 && server.requestsInFlight === 0)
  client.close()
  await eventually(() => server.connections === 0)
  expect(signals.map(({ aborted }) => aborted)).toEqual([false])
})

test('a client that closes only its own side is still answered', async () => {
  const server = await start(async c => {
    await new Promise(resolve => c.signal.addEventListener('abort', resolve))
    return 'answer'
  })
  const client = await open(server, { allowHalfOpen: true })
  client.send(GET)
  client.socket.end()
  expect(await client.toEnd()).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*Connection: close[\s\S]*answer$/)
})

test.each([
  ['in a head', 'GET / HT'],
  ['in a body', post('half', 100)],
])('a connection that ends %s is answered 400', async (_, bytes) => {
  const server = await start(async c => c.req.text())
  const client = await open(server, { allowHalfOpen: true })
  client.send(bytes)
  client.socket.end()
  expect(await client.toEnd()).toMatch(/^HTTP\/1\.1 400 [\s\S]*request_incomplete/)
})

test('a client that pipelines, then closes its own side, gets every answer', async () => {
  const server = await start(async c => {
    await new Promise(resolve => setImmediate(resolve))
    return c.req.path
  })
  const client = await open(server, { allowHalfOpen: true })
  client.send(GET + GET.replace('/ ', '/b ') + GET.replace('/ ', '/c '))
  client.socket.end()
  const received = await client.toEnd()
  expect(received.match(/\r\n\r\n\/[bc]?/g)).toEqual(['\r\n\r\n/', '\r\n\r\n/b', '\r\n\r\n/c'])
  expect(received.match(/Connection: close/g)).toHaveLength(1)
})
