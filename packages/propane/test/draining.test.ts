import http from 'node:http'
import net from 'node:net'
import { expect, test } from 'vitest'
import { fixture, get, PATIENT, start, until } from './helpers.ts'
import { Traffic } from './traffic.ts'

test('a request that takes a little less than the drain time completes, one that takes more is cut', async () => {
  const handle = await start({ app: fixture('faulty.ts'), workers: 1, drainTimeoutMs: 6000 })
  const shorter = get(`${handle.url}/slow?ms=1000`)
  const longer = get(`${handle.url}/slow?ms=60000`).catch((error: NodeJS.ErrnoException) => error.code)
  await get(handle.url)
  const drained = handle.once('drained')
  expect(await handle.stop()).toEqual({ code: 0 })
  expect((await shorter).body).toBe('slow')
  expect(await longer).toBe('ECONNRESET')
  expect(await drained).toMatchObject({ cut: 1 })
})

test('stopping with 1,000 idle keep-alive clients takes the idle window, ends them without a reset, and exits with 0', async () => {
  const handle = await start({ app: fixture('faulty.ts'), workers: 2, idleWindowMs: 500 })
  const clients = await Promise.all(Array.from({ length: 1000 }, () => keepAliveClient(handle.port)))
  const cut: number[] = []
  handle.on('drained', event => cut.push(event.cut))
  expect(await handle.stop()).toEqual({ code: 0 })
  expect(cut).toEqual([0, 0]) // none was left for the drain time-out
  const ends = await Promise.all(clients.map(client => client.ended))
  expect(ends.filter(end => end !== 'end')).toEqual([])
})

test('while draining, open connections are served as usual, with Connection: close', async () => {
  const handle = await start({ app: fixture('faulty.ts'), workers: 1, ...PATIENT })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  expect((await get(handle.url, { agent })).headers.connection).toBe('keep-alive')
  const stopping = handle.stop()
  const post = () => get(handle.url, { agent, method: 'POST', body: 'late' })
  const last = await until(post, answer => answer.status !== 200 || answer.headers.connection === 'close')
  expect([last.status, last.headers.connection]).toEqual([200, 'close'])
  await stopping
  agent.destroy()
})

test('a connection that comes while readiness already fails is served', async () => {
  const handle = await start({
    app: fixture('servable.ts'),
    workers: 1,
    preStopDelayMs: 10_000,
    heartbeatIntervalMs: 50,
  })
  expect((await get(`${handle.url}/readyz`)).status).toBe(200)
  const stopping = handle.stop()
  await handle.once('heartbeat')
  expect((await get(`${handle.url}/readyz`)).status).toBe(503)
  expect((await get(handle.url)).status).toBe(200)
  expect(await stopping).toEqual({ code: 0 })
})

test('for an application without its own readiness, propane answers the path with 503 before a stop', async () => {
  const options = { preStopDelayMs: 10_000, heartbeatIntervalMs: 50, readinessPath: '/readyz' }
  const handle = await start({ app: fixture('faulty.ts'), workers: 1, ...options })
  expect((await get(`${handle.url}/readyz?x`)).status).toBe(200)
  const stopping = handle.stop()
  await handle.once('heartbeat')
  expect((await get(`${handle.url}/readyz?x`)).status).toBe(503)
  expect((await get(`${handle.url}/readyz/deeper`)).status).toBe(200)
  expect((await get(handle.url)).status).toBe(200)
  expect(await stopping).toEqual({ code: 0 })
})

test('stopping under load answers everything that was in flight', async () => {
  const handle = await start({ ...PATIENT, app: fixture('mixed.ts'), workers: 2 })
  const traffic = new Traffic({ url: handle.url, clients: 32, handlerMs: [5, 300] })
  await traffic.answered(100)
  expect(await handle.stop()).toEqual({ code: 0 })
  const { lost } = await traffic.stop()
  // Who comes when nobody listens any more is refused: that is how a client knows that it may try elsewhere.
  expect(lost.filter(({ error }) => error !== 'ECONNREFUSED')).toEqual([])
})

interface Client {
  /** `end` for a FIN, else the error. */
  ended: Promise<string>
}

/** Sends one request, and keeps the connection. */
function keepAliveClient(port: number): Promise<Client> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1')
    const ended = new Promise<string>(settle => {
      socket.once('end', () => settle('end'))
      socket.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
    })
    socket.once('error', reject)
    socket.once('data', () => resolve({ ended }))
    socket.on('data', () => undefined)
    socket.write('GET / HTTP/1.1\r\nhost: localhost\r\n\r\n')
  })
}
