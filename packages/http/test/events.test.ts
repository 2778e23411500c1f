import { expect, test } from 'vitest'
import { writeEvent } from '../src/event-stream.ts'
import { compress, type Handler, type ServerEvent } from '../src/index.ts'
import { recorder } from './recorder.ts'
import { deferred, eventually, GET, serving } from './serving.ts'

const { start, open } = serving()

test.each<[ServerEvent | string, string]>([
  ['hi', 'data: hi\n\n'],
  [{ data: { a: 1 } }, 'data: {"a":1}\n\n'],
  [{ data: 'a\nb\r\nc\rd' }, 'data: a\ndata: b\ndata: c\ndata: d\n\n'],
  [{ event: 'e', id: '7', retry: 1000, data: '' }, 'event: e\nid: 7\nretry: 1000\ndata: \n\n'],
  [{ retry: 1.6, data: '' }, 'retry: 2\ndata: \n\n'],
  [{ retry: -5, data: '' }, 'retry: 0\ndata: \n\n'],
  [{ data: undefined }, 'data: null\n\n'],
])('%j', (event, text) => {
  expect(writeEvent(event, JSON.stringify)).toBe(text)
})

test.each(['event', 'id'])('a line break in %s cannot begin another field', field => {
  expect(() => writeEvent({ data: '', [field]: 'a\ndata: b' }, JSON.stringify)).toThrow(
    expect.objectContaining({ code: 'event_invalid' }),
  )
})

test('each event is on its way when it happens, with compression asked for as well', async () => {
  const second = deferred()
  const handler = compress({ minBytes: 0 })(c =>
    c.events(
      (async function* () {
        yield 'first'
        await second.promise
        yield { event: 'last', data: 2 }
      })(),
    ),
  )
  const client = await open(await start(handler))
  client.send(GET.replace('\r\n\r\n', '\r\nAccept-Encoding: gzip\r\n\r\n'))
  await client.until(({ received }) => received.includes('data: first\n\n'))
  expect(client.received).toContain('Content-Type: text/event-stream')
  expect(client.received).not.toContain('Content-Encoding')
  second.resolve()
  await client.until(({ received }) => received.endsWith('\r\n0\r\n\r\n'))
  expect(client.received).toContain('event: last\ndata: 2\n\n')
})

test('a client that leaves ends the source, which waits for its next event', async () => {
  const ended = deferred()
  const server = await start(c =>
    c.events(async function* (signal) {
      yield 'first'
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      ended.resolve()
    }),
  )
  const client = await open(server)
  await client.send(GET).until(({ received }) => received.includes('first'))
  client.close()
  await ended.promise
  await eventually(() => server.connections === 0)
  expect(server.requestsInFlight).toBe(0)
})

test('a silence is filled with comments', async () => {
  const server = await start(c => c.events(signal => silence(signal), { heartbeatMs: 5 }))
  const client = await open(server)
  await client.send(GET).until(({ received }) => (received.match(/:\n\n/g)?.length ?? 0) >= 4)
  expect(client.received).not.toContain('data:')
})

test.each([0, Number.POSITIVE_INFINITY])('heartbeatMs %d sends no comment but the first', async heartbeatMs => {
  const go = deferred()
  const handler: Handler = c =>
    c.events(
      (async function* () {
        await go.promise
        yield 'late'
      })(),
      { heartbeatMs },
    )
  const client = await open(await start(handler))
  await client.send(GET).until(({ received }) => received.includes(':\n\n'))
  await new Promise(resolve => setImmediate(resolve))
  go.resolve()
  await client.until(({ received }) => received.endsWith('\r\n0\r\n\r\n'))
  expect(client.received.match(/:\n\n/g)).toHaveLength(1)
})

test('a source is never started for HEAD', async () => {
  let begun = false
  const server = await start(c =>
    c.events(() => {
      begun = true
      return silence(c.signal)
    }),
  )
  const client = await open(server)
  await client.send(GET.replace('GET', 'HEAD')).until(({ received }) => received.includes('\r\n\r\n'))
  await eventually(() => server.requestsInFlight === 0)
  expect(begun).toBe(false)
})

test.each<[string, () => AsyncGenerator<ServerEvent>]>([
  [
    'fails',
    async function* () {
      yield { data: 1 }
      throw new Error('broken')
    },
  ],
  [
    'says what is not an event',
    async function* () {
      yield { data: 1 }
      yield { data: 2, event: 'a\nb' }
    },
  ],
])('a source that %s cuts the answer, is ended, and is told of in the log', async (_, source) => {
  const log = recorder()
  const ended = deferred()
  async function* watched(): AsyncGenerator<ServerEvent> {
    try {
      yield* source()
    } finally {
      ended.resolve()
    }
  }
  const client = await open(await start(c => c.events(watched()), { log }))
  await client.send(GET).until(({ closed }) => closed)
  await ended.promise
  expect(client.received).toContain('data: 1\n\n')
  expect(client.received).not.toContain('\r\n0\r\n\r\n')
  expect(log.lines('error')).toHaveLength(1)
})

async function* silence(signal: AbortSignal): AsyncGenerator<string> {
  await new Promise(resolve => signal.addEventListener('abort', resolve))
}
