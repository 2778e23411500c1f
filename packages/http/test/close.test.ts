import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { duplexPair } from 'node:stream'
import { expect, test } from 'vitest'
import { createServer as createHttpServer } from '../src/index.ts'
import { RawClient } from './raw-client.ts'
import { deferred, eventually, GET, post, serving } from './serving.ts'

const { start, open } = serving()

test('an idle keep-alive connection is served while the server drains, and closed without a reset', async () => {
  const server = await start(() => 'ok')
  const client = await open(server)
  await client.send(GET).answers(1)
  const closed = server.close()
  client.send(GET)
  const [answer] = await client.answers(1)
  expect(answer).toMatchObject({ status: 200 })
  expect(answer!.head).toContain('Connection: close')
  await closed
  await client.until(one => one.closed)
  expect(client.failure).toBeUndefined()
})

test('a connection that stays idle while the server drains is closed without a reset', async () => {
  const server = await start(() => 'ok', { drainTimeoutMs: 50 })
  const parked = await open(server)
  await parked.send(GET).answers(1)
  await server.close()
  await parked.until(one => one.closed)
  expect(parked.failure).toBeUndefined()
})

test('closing loses no request of clients that keep sending', async () => {
  for (let round = 0; round < 5; round++) {
    const server = await start(async c => ({ got: await c.req.text() }))
    const clients = await Promise.all(Array.from({ length: 16 }, () => open(server)))
    const failures: string[] = []
    const run = async (client: RawClient) => {
      for (;;) {
        client.send(post('hello'))
        const [answer] = await client.answers(1)
        if (answer!.body !== '{"got":"hello"}') failures.push(answer!.body)
        if (answer!.head.includes('Connection: close')) return
      }
    }
    const runs = clients.map(client => run(client).catch((error: Error) => failures.push(error.message)))
    await eventually(() => server.connections === 16)
    await server.close()
    await Promise.all(runs)
    expect(failures).toEqual([])
  }
})

test('a handler that is still at work when the server closes is waited for', async () => {
  const release = deferred()
  const server = await start(() => release.promise.then(() => 'done'), { drainTimeoutMs: 10 })
  const client = await open(server)
  const idle = await open(server)
  client.send(GET)
  await eventually(() => server.requestsInFlight === 1)
  const closed = server.close()
  await idle.until(one => one.ended) // the drain time is over
  release.resolve()
  const [answer] = await client.answers(1)
  expect(answer).toMatchObject({ status: 200, body: 'done' })
  await closed
})

test('a handler that does not end is cut after the grace, and learns it', async () => {
  const aborted = deferred<unknown>()
  const server = await start(c => {
    c.signal.addEventListener('abort', () => aborted.resolve(c.signal.reason))
    return new Promise(() => undefined)
  })
  const client = await open(server)
  client.send(GET)
  await eventually(() => server.requestsInFlight === 1)
  await server.close({ graceMs: 50 })
  expect(await aborted.promise).toMatchObject({ code: 'client_disconnected' })
  expect(server.requestsInFlight).toBe(0)
})

test('a large answer to a slow client is finished before the connection is closed', async () => {
  const server = await start(() => Buffer.alloc(20 * 1024 * 1024, 'x'), { drainTimeoutMs: 10 })
  const client = await open(server)
  const idle = await open(server)
  client.socket.pause()
  client.send(GET)
  await eventually(() => server.requestsInFlight === 1)
  const closed = server.close()
  await idle.until(one => one.ended) // the drain time is over
  client.socket.resume()
  await client.until(one => one.ended)
  expect(client.received.length).toBeGreaterThan(20 * 1024 * 1024)
  await closed
})

test('close is one promise however often it is asked for, and works before listen and without connections', async () => {
  const server = await start(() => 'ok')
  const first = server.close()
  expect(server.close()).toBe(first)
  await expect(server.close({ grace: 1 } as object)).rejects.toMatchObject({ code: 'option_unknown' })
  await first
  await expect(createHttpServer(() => 'ok').close()).resolves.toBeUndefined()
  const early = createHttpServer(() => 'ok')
  const listening = early.listen({ port: 0 })
  await early.close()
  const { port } = await listening
  await expect(RawClient.open(port)).rejects.toThrow('ECONNREFUSED')
})

test('a taken port rejects listen with what the system says', async () => {
  const server = await start(() => 'ok')
  await expect(createHttpServer(() => 'ok').listen({ port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

test('serves the connections of a listener it is handed, half-closed ones too', async () => {
  const listener = createServer()
  await new Promise<void>(resolve => listener.listen(0, '127.0.0.1', resolve))
  const server = createHttpServer(async () => {
    await new Promise(resolve => setImmediate(resolve))
    return 'handed over'
  })
  const { port } = await server.listen({ server: listener })
  const client = await RawClient.open(port, { allowHalfOpen: true })
  client.send(GET)
  client.socket.end()
  expect(await client.toEnd()).toContain('handed over')
  await server.close()
  expect(listener.listening).toBe(false)
})

test.each([
  ['any Duplex', {}, 'http'],
  ['a TLS stream', { encrypted: true }, 'https'],
])('serves %s', async (_, properties, protocol) => {
  const server = createHttpServer(c => ({ ip: c.req.ip, protocol: c.req.protocol }))
  const [client, socket] = duplexPair()
  server.handleConnection(Object.assign(socket, properties))
  const raw = new RawClient(client as unknown as Socket)
  const [answer] = await raw.send(GET).answers(1)
  expect(answer!.body).toBe(`{"ip":"","protocol":"${protocol}"}`)
  await server.close({ graceMs: 0 })
  expect(server.connections).toBe(0)
})

test('listens on a unix socket', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'arlen-http-')), 'socket')
  const server = createHttpServer(c => ({ ip: c.req.ip }))
  expect(await server.listen({ path })).toEqual({ address: path, port: 0 })
  const client = new RawClient(connect({ path }))
  const [answer] = await client.send(GET).answers(1)
  expect(answer!.body).toBe('{"ip":""}')
  await server.close({ graceMs: 0 })
  rmSync(dirname(path), { recursive: true })
})

test('NODE_DEBUG=arlen:http prints what passes over the wire', async () => {
  const program = `
    import { serve } from '@arlen/http'
    const server = await serve(() => 'traced answer', { port: 0 })
    await (await fetch('http://127.0.0.1:' + server.address.port + '/traced')).text()
    await server.close({ graceMs: 0 })`
  const child = spawn(process.execPath, ['--conditions=@arlen/source', '--input-type=module', '-e', program], {
    cwd: join(import.meta.dirname, '..'),
    env: { ...process.env, NODE_DEBUG: 'arlen:http' },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  let printed = ''
  child.stderr!.on('data', chunk => (printed += String(chunk)))
  await once(child, 'close')
  expect(printed).toMatch(/< 127\.0\.0\.1 "GET \/traced HTTP\/1\.1/)
  expect(printed).toMatch(/> 127\.0\.0\.1 "HTTP\/1\.1 200 OK[\s\S]*traced answer"/)
})

test('listens on a file descriptor that it inherits', async () => {
  const holder = createServer()
  await new Promise<void>(resolve => holder.listen(0, '127.0.0.1', resolve))
  const { fd } = (holder as unknown as { _handle: { fd: number } })._handle
  const child = spawn(
    process.execPath,
    ['--conditions=@arlen/source', join(import.meta.dirname, '../fixtures/listen-on-fd.ts')],
    {
      stdio: ['pipe', 'pipe', 'inherit', fd],
    },
  )
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  const { port } = holder.address() as AddressInfo
  expect(Number(String(line))).toBe(port)
  holder.close()
  const client = await RawClient.open(port)
  const [answer] = await client.send(GET).answers(1)
  expect(answer!.body).toBe('from the child')
  child.stdin!.end()
  expect(await once(child, 'exit')).toEqual([0, null])
})
