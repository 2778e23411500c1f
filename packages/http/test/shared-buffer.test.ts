import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readIntoShared } from '../src/connection/shared-buffer.ts'
import { type Context, type HttpServer, serve } from '../src/index.ts'
import { RawClient } from './raw-client.ts'

function dial(server: Server): Socket {
  const address = server.address()
  return typeof address === 'string' ? connect(address) : connect(address!.port, '127.0.0.1')
}

describe('reading into the shared buffer', () => {
  test.each([
    ['TCP', { port: 0, host: '127.0.0.1' }],
    ['unix', { path: join(tmpdir(), `arlen-shared-${process.pid}.sock`) }],
  ])('is what this Node.js can do for accepted %s sockets', async (_, where) => {
    const chunks: Buffer[] = []
    const server = createServer(socket => {
      expect(readIntoShared(socket, (length, buffer) => chunks.push(buffer.subarray(0, length)))).toBe(true)
      socket.on('end', () => server.close())
      socket.on('end', () => socket.end())
    }).listen(where)
    await once(server, 'listening')
    const client = dial(server)
    client.resume().end('hello')
    await once(server, 'close')
    expect(Buffer.concat(chunks).toString()).toBe('hello')
    expect(chunks[0]?.buffer.byteLength).toBe(64 * 1024)
  })

  test('leaves other streams, and sockets that have been read from, as they are', async () => {
    const stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
    expect(readIntoShared(stream, () => undefined)).toBe(false)
    const server = createServer({ pauseOnConnect: true }, socket => {
      socket.on('data', () => undefined)
      expect(readIntoShared(socket, () => undefined)).toBe(false)
      socket.destroy()
      server.close()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = dial(server)
    await once(client.resume(), 'close')
  })
})

describe('bytes that a request still needs survive reads from another connection:', () => {
  let server: HttpServer
  let held: PromiseWithResolvers<void>
  let seen: string[]
  const clients: RawClient[] = []

  beforeEach(async () => {
    held = Promise.withResolvers()
    seen = []
    server = await serve(handle, { port: 0 })
  })
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close()
    await server.close({ graceMs: 0 })
  })

  async function handle(c: Context): Promise<unknown> {
    if (c.req.path === '/noise') return c.text('noise')
    seen.push(c.req.path)
    if (c.req.path === '/later') await held.promise
    if (c.req.path === '/lazy') await held.promise
    return c.text(`${c.req.header('x-mark')} ${await c.req.text()}`)
  }

  async function open(): Promise<RawClient> {
    const client = await RawClient.open(server.address!.port)
    clients.push(client)
    return client
  }

  /** Overwrites the buffer as far as one read can. */
  async function noise(): Promise<void> {
    const client = await open()
    const head = 'POST /noise HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n'
    await client.send(head + 'N'.repeat(60_000)).answers(1)
  }

  async function reached(path: string): Promise<void> {
    const client = await open()
    while (!seen.includes(path)) await client.send('GET /noise HTTP/1.1\r\nHost: a\r\n\r\n').answers(1)
  }

  const post = (path: string, mark: string, body: string) =>
    `POST ${path} HTTP/1.1\r\nHost: a\r\nX-Mark: ${mark}\r\nContent-Length: ${body.length}\r\n\r\n${body}`

  test('half a head', async () => {
    const client = await open()
    const request = post('/now', 'one', 'body')
    for (let cut = 1; cut < request.length; cut += 7) {
      client.send(request.slice(0, cut))
      await noise()
      const [answer] = await client.send(request.slice(cut)).answers(1)
      expect(answer?.body).toBe('one body')
    }
  })

  test('a body that came with its head and is read later, and the fields of the head', async () => {
    const client = await open()
    client.send(post('/lazy', 'two', 'early body'))
    await reached('/lazy')
    await noise()
    held.resolve()
    expect((await client.answers(1))[0]?.body).toBe('two early body')
  })

  test('a chunked body, and half of one', async () => {
    const client = await open()
    client.send(
      `POST /lazy HTTP/1.1\r\nHost: a\r\nX-Mark: three\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n5\r\nef`,
    )
    await reached('/lazy')
    await noise()
    held.resolve()
    await noise()
    expect((await client.send('ghi\r\n0\r\n\r\n').answers(1))[0]?.body).toBe('three abcdefghi')
  })

  test('requests that wait behind another one', async () => {
    const client = await open()
    const first = 'GET /later HTTP/1.1\r\nHost: a\r\nX-Mark: four\r\n\r\n'
    client.send(first + post('/now', 'five', 'b') + post('/now', 'six', 'c'))
    await reached('/later')
    await noise()
    expect(seen).toEqual(['/later'])
    held.resolve()
    expect((await client.answers(3)).map(answer => answer.body)).toEqual(['four ', 'five b', 'six c'])
  })
})
