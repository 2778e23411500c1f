import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readPgOptions } from '../src/connection/options.ts'
import { ConnectionPool, type PooledConnection } from '../src/pool/pool.ts'
import { Runner } from '../src/pool/runner.ts'
import { Statement } from '../src/wire/statement.ts'
import { rejection, until } from './helpers.ts'

// With servers that only let clients in: what they do not say is as important here as what they say.
interface FakeServer {
  server: Server
  port: number
  sockets: Socket[]
  /** Does not close a connection that says goodbye. */
  hangs: boolean
}

const message = (type: string, ...body: number[]) =>
  Buffer.from([type.charCodeAt(0), 0, 0, 0, 4 + body.length, ...body])
const WELCOME = Buffer.concat([message('R', 0, 0, 0, 0), message('K', 0, 0, 0, 7, 0, 0, 0, 0), message('Z', 73)])

async function serve(): Promise<FakeServer> {
  const sockets: Socket[] = []
  const server = createServer({ allowHalfOpen: true }, socket => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.once('data', () => socket.write(WELCOME))
    socket.on('end', () => fake.hangs || socket.end())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const fake = { server, port: (server.address() as { port: number }).port, sockets, hangs: false }
  return fake
}

let a: FakeServer
let b: FakeServer
let pools: ConnectionPool[]
beforeEach(async () => {
  ;[a, b] = await Promise.all([serve(), serve()])
  pools = []
})
afterEach(async () => {
  for (const pool of pools) if (!pool.closing) await pool.close(0)
  for (const { server, sockets } of [a, b]) {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
})

function open(options: object = {}, hosts = `127.0.0.1:${a.port}`): ConnectionPool {
  const settings = readPgOptions({ dsn: `postgres://u:p@${hosts}/d`, max: 2, ...options })
  const pool = new ConnectionPool(settings, new Runner(settings).parsers)
  pools.push(pool)
  return pool
}

const acquire = (pool: ConnectionPool, more: object = {}) => pool.acquire({ purpose: 'query', ...more })

test('no more connections are opened than may be, or than callers wait for', async () => {
  const pool = open({ max: 3 })
  expect(pool.stats).toEqual({ max: 3, total: 0, idle: 0, leased: 0, waiting: 0 })
  const first = await acquire(pool)
  expect([a.sockets.length, pool.hasRoom]).toEqual([1, true])
  const all = [acquire(pool), acquire(pool), acquire(pool)]
  expect([pool.hasRoom, pool.waiting]).toEqual([false, 3])
  const [second, third] = [await all[0]!, await all[1]!]
  expect(pool.stats).toEqual({ max: 3, total: 3, idle: 0, leased: 3, waiting: 1 })
  pool.release(first, true)
  const last = await all[2]!
  expect([last.client === first.client, a.sockets.length]).toEqual([true, 3])
  for (const each of [second, third, last]) pool.release(each, true)
  expect(pool.stats).toEqual({ max: 3, total: 3, idle: 3, leased: 0, waiting: 0 })
  pool.release(last, true)
  expect(pool.stats.idle).toBe(3)
})

test('a pool is full while its last connection is being opened', async () => {
  const pool = open({ max: 1 })
  const opening = acquire(pool)
  expect(pool.hasRoom).toBe(false)
  pool.release(await opening, true)
  expect(pool.hasRoom).toBe(true)
})

test.each([
  ['is certain', true, () => undefined, true],
  ['is uncertain', false, () => undefined, false],
  ['is stale', true, (pooled: PooledConnection) => Object.assign(pooled.client, { stale: true }), false],
])('a connection that %s is kept as it deserves', async (_, certain, change, kept) => {
  const pool = open()
  const pooled = await acquire(pool)
  change(pooled)
  pool.release(pooled, certain)
  expect([pool.stats.total, pooled.client.usable]).toEqual(kept ? [1, true] : [0, false])
  const next = await acquire(pool)
  expect(next.client === pooled.client).toBe(kept)
})

test('what waits is told who holds the connections, and may give up', async () => {
  const pool = open({ max: 1, maxWaiting: 1, acquireTimeoutMs: 60 })
  await acquire(pool, { purpose: 'stream' })
  let pressed = 0
  pool.onPressure = () => pressed++
  const waiting = rejection(acquire(pool))
  expect([pressed, pool.waiting]).toEqual([1, 1])
  expect(await rejection(acquire(pool))).toMatchObject({ code: 'pool_queue_full' })
  expect(await waiting).toMatchObject({
    code: 'pool_timeout',
    message: expect.stringMatching(/1 waiting, 1 of 1 connections in use:\n {2}stream, \d+ ms: -$/),
  })
  const stop = new AbortController()
  const aborted = rejection(acquire(pool, { signal: stop.signal }))
  stop.abort('gone')
  expect(await aborted).toMatchObject({ code: 'query_aborted', cause: 'gone' })
  expect(await rejection(acquire(pool, { signal: stop.signal }))).toMatchObject({
    code: 'query_aborted',
    cause: 'gone',
  })
  expect(pool.waiting).toBe(0)
})

test('a holder is told with its purpose, its query in one line, and its process', async () => {
  const pool = open()
  await acquire(pool, { query: 'select\n  1' })
  expect(pool.holders).toEqual([
    { purpose: 'query', query: 'select 1', ageMs: expect.any(Number), processId: 7, caller: undefined },
  ])
})

test('a connection is silent while its server says nothing to a query', async () => {
  const pool = open()
  const { client } = await acquire(pool)
  expect(pool.silentFor(-1)).toEqual([])
  const statement = new Statement({ text: 'select 1', values: [], prepare: false })
  client.send(statement)
  expect(pool.silentFor(-1).map(({ port }) => port)).toEqual([a.port])
  expect(pool.silentFor(60_000)).toEqual([])
  a.sockets[0]!.write(message('I'))
  a.sockets[0]!.write(message('Z', 73))
  await statement.promise
  expect(pool.silentFor(-1)).toEqual([])
})

test('connections to other servers are cut, those to this one are kept', async () => {
  const pool = open({}, `127.0.0.1:${a.port},127.0.0.1:${b.port}`)
  const first = await acquire(pool)
  a.server.close()
  const second = await acquire(pool)
  expect([first.client.port, second.client.port]).toEqual([a.port, b.port])
  pool.cutOthers({ host: '127.0.0.1', port: b.port })
  expect([first.client.usable, second.client.usable]).toEqual([false, true])
  pool.cutOthers({ host: 'elsewhere', port: b.port })
  expect(second.client.usable).toBe(false)
})

test('closing waits for those at work, and refuses what comes', async () => {
  const pool = open()
  const pooled = await acquire(pool)
  let pressed = 0
  pool.onPressure = () => pressed++
  let cut: unknown
  const closed = pool.close(60_000).then(holders => {
    cut = holders
  })
  expect([pool.closing, pressed]).toEqual([true, 1])
  expect(await rejection(acquire(pool))).toMatchObject({ code: 'pool_closed' })
  expect(cut).toBeUndefined()
  pool.release(pooled, true)
  await closed
  expect([cut, pool.stats.total]).toEqual([[], 0])
})

test('those that work longer are cut and told, and what waits is refused', async () => {
  const pool = open({ max: 1 })
  const pooled = await acquire(pool, { query: 'select 1' })
  const waiting = rejection(acquire(pool))
  expect(await pool.close(20)).toMatchObject([{ purpose: 'query', query: 'select 1' }])
  expect(await waiting).toMatchObject({ code: 'pool_closed' })
  expect([pooled.client.usable, pool.stats]).toMatchObject([false, { leased: 0, waiting: 0 }])
})

test('a server that does not answer a goodbye is not waited for', async () => {
  const pool = open()
  a.hangs = true
  pool.release(await acquire(pool), true)
  await pool.close(0)
  await until(() => a.sockets[0]!.destroyed || a.sockets[0]!.readableEnded)
  expect(pool.stats.total).toBe(0)
})
