import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import type { Handler, HttpServer } from '../src/index.ts'
import { eventually, GET, serving } from './serving.ts'

const { start, open } = serving()

/** The library `ws` behind the upgrade hook: it greets, then gives back what it is told. */
function webSockets(): { handler: Handler; sockets: WebSocketServer } {
  const sockets = new WebSocketServer({ noServer: true })
  sockets.on('connection', (socket, request: IncomingMessage) => {
    socket.send(`hello ${request.url}`)
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  const handler: Handler = c => {
    if (c.req.path !== '/ws') return 'plain'
    return c.upgrade('websocket', (socket, head) => {
      const request = c.req as unknown as IncomingMessage // of which the library reads method, url and headers
      sockets.handleUpgrade(request, socket, head, ws => sockets.emit('connection', ws, request))
    })
  }
  return { handler, sockets }
}

/** What comes over a WebSocket, one by one. */
function messages(socket: WebSocket): () => Promise<unknown> {
  const arrived: unknown[] = []
  socket.addEventListener('message', ({ data }) => arrived.push(data))
  return async () => {
    await eventually(() => arrived.length > 0)
    return arrived.shift()
  }
}

const url = (server: HttpServer) => `ws://127.0.0.1:${server.address!.port}/ws`

test('the library ws speaks on a socket that was handed over, in both directions', async () => {
  const { handler } = webSockets()
  const server = await start(handler)
  const client = new WebSocket(`${url(server)}?room=1`)
  const next = messages(client)
  expect(await next()).toBe('hello /ws?room=1')
  for (const text of ['a', 'ä'.repeat(70_000), '']) {
    client.send(text)
    expect(await next()).toBe(text)
  }
  client.binaryType = 'arraybuffer'
  const bytes = crypto.getRandomValues(new Uint8Array(300))
  client.send(bytes)
  expect(new Uint8Array((await next()) as ArrayBuffer)).toEqual(bytes)
  const closed = once(client, 'close')
  client.close(1000, 'enough')
  await closed
  await eventually(() => server.connections === 0)
})

test('many of them beside plain requests, until the server closes', async () => {
  const { handler, sockets } = webSockets()
  const server = await start(handler, { drainTimeoutMs: 10 })
  const clients = Array.from({ length: 20 }, () => new WebSocket(url(server)))
  const nexts = clients.map(messages)
  const greetings = await Promise.all(nexts.map(next => next()))
  expect(new Set(greetings)).toEqual(new Set(['hello /ws']))
  const plain = await open(server)
  for (const [index, client] of clients.entries()) {
    client.send(`message ${index}`)
    const [answer] = await plain.send(GET).answers(1)
    expect(answer!.body).toBe('plain')
  }
  expect(await Promise.all(nexts.map(next => next()))).toEqual(clients.map((_, index) => `message ${index}`))
  const ends = clients.map(client => once(client, 'close'))
  for (const socket of sockets.clients) socket.close(1001)
  await server.close()
  await Promise.all(ends)
  expect(server.connections).toBe(0)
})

test('the library refuses invalid WebSocket handshakes, and the connection closes', async () => {
  const { handler } = webSockets()
  const server = await start(handler)
  const client = await open(server)
  client.send('GET /ws HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n')
  expect(await client.toEnd()).toMatch(/^HTTP\/1\.1 400 /)
  await eventually(() => server.connections === 0)
})
