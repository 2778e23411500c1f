import { afterEach, describe, expect, test } from 'vitest'
import { type Handler, type HttpOptions, type HttpServer, serve } from '../src/index.ts'
import { RawClient } from './raw-client.ts'

let server: HttpServer | undefined
const clients: RawClient[] = []

async function start(handler: Handler, options: HttpOptions = {}): Promise<number> {
  server = await serve(handler, { port: 0, ...options })
  return server.address!.port
}

async function open(port: number): Promise<RawClient> {
  const client = await RawClient.open(port)
  clients.push(client)
  return client
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await server?.close({ graceMs: 0 })
  server = undefined
})

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

describe('a handler’s result', () => {
  test.each<[string, Handler, string, string]>([
    ['an object is JSON', () => ({ a: 'ä' }), 'application/json', '{"a":"Ã¤"}'],
    ['an array is JSON', () => [1], 'application/json', '[1]'],
    ['null is JSON', () => null, 'application/json', 'null'],
    ['a string is text', () => 'hi', 'text/plain; charset=utf-8', 'hi'],
    ['bytes are bytes', () => Buffer.from('hi'), 'application/octet-stream', 'hi'],
    ['a promise is waited for', async () => ({ later: true }), 'application/json', '{"later":true}'],
    ['c.html is HTML', c => c.html('<p>'), 'text/html; charset=utf-8', '<p>'],
    [
      'a web Response is itself',
      () => new Response('w', { headers: { 'content-type': 'x/y', 'content-length': '1' } }),
      'x/y',
      'w',
    ],
  ])('%s', async (_, handler, type, body) => {
    const client = await open(await start(handler))
    const [answer] = await client.send(GET).answers(1)
    expect(answer).toMatchObject({ status: 200, body })
    expect(answer!.head).toContain(`Content-Type: ${type}`)
  })

  test.each<[string, Handler]>([
    ['nothing', () => undefined],
    ['a function', () => () => 1],
    ['an error', () => new Error('secret')],
    [
      'a throw',
      () => {
        throw new Error('secret')
      },
    ],
    ['a rejection', () => Promise.reject(new Error('secret'))],
    [
      'a circle',
      () => {
        const a: { a?: unknown } = {}
        a.a = a
        return a
      },
    ],
  ])('%s is a 500 that tells nothing but its id', async (_, handler) => {
    const client = await open(await start(handler))
    const [answer] = await client.send(GET).answers(1)
    expect(answer!.status).toBe(500)
    const problem = JSON.parse(answer!.body) as Record<string, unknown>
    expect(problem).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      code: 'internal_error',
      correlationId: expect.any(String),
    })
    expect(answer!.head).toContain(`X-Request-Id: ${String(problem.correlationId)}`)
  })
})

test('answers pipelined requests in order, whatever their handlers take', async () => {
  const port = await start(async c => {
    if (c.req.path === '/slow') await new Promise(resolve => setTimeout(resolve, 30))
    return c.req.path
  })
  const client = await open(port)
  const line = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
  const answers = await client.send(line('/slow') + line('/b') + line('/slow') + line('/d')).answers(4)
  expect(answers.map(({ body }) => body)).toEqual(['/slow', '/b', '/slow', '/d'])
})

test('reads a JSON body in the head’s packet and in later ones', async () => {
  const client = await open(await start(async c => ({ got: await c.req.json() })))
  const body = '{"a":1}'
  const head = `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`
  const [first] = await client.send(head + body).answers(1)
  client.send(head)
  client.send('{"a"')
  client.send(':1}')
  const [second] = await client.answers(1)
  expect([first!.body, second!.body]).toEqual(['{"got":{"a":1}}', '{"got":{"a":1}}'])
})

test('streams an answer in chunks, and to HTTP/1.0 until the connection ends', async () => {
  const port = await start(c =>
    c.stream(
      (async function* () {
        yield 'ab'
        yield Buffer.from('c')
      })(),
      { type: 'text/plain' },
    ),
  )
  const one = await open(port)
  await one.send(GET).until(({ received }) => received.endsWith('\r\n0\r\n\r\n'))
  expect(one.received).toMatch(/Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n$/)
  const zero = await open(port)
  expect(await zero.send('GET / HTTP/1.0\r\n\r\n').toEnd()).toMatch(/Connection: close\r\n\r\nabc$/)
})

test('finishes what is in flight when it closes, and says that the connection ends', async () => {
  let release = () => {}
  const port = await start(() => new Promise(resolve => (release = () => resolve('done'))))
  const client = await open(port)
  client.send(GET)
  while (server!.requestsInFlight === 0) await new Promise(resolve => setImmediate(resolve))
  const closed = server!.close()
  release()
  const [answer] = await client.answers(1)
  expect(answer).toMatchObject({ status: 200, body: 'done' })
  expect(answer!.head).toContain('Connection: close')
  await closed
  await expect(RawClient.open(port)).rejects.toThrow('ECONNREFUSED')
})
