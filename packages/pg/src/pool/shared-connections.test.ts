import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { readPgOptions } from '../connection/options.ts'
import { pgError } from '../errors.ts'
import type { Statement } from '../wire/statement.ts'
import type { ConnectionPool, PooledConnection } from './pool.ts'
import { SharedConnections } from './shared-connections.ts'

// The clock, the pool and the clients are ours; against a server: pool-limits.test.ts.
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

class FakeClient extends EventEmitter {
  usable = true
  stale = false
  createdAt = performance.now()
  sent: string[] = []
  canceled = 0
  hold() {}
  send(statement: Statement) {
    statement.sentAt = performance.now()
    this.sent.push(statement.text)
  }
  getTransactionStatus() {
    return 'I'
  }
  async cancel() {
    this.canceled++
  }
  destroy() {
    this.usable = false
    this.emit('end')
  }
}

class FakePool {
  closing = false
  waiting = 0
  hasRoom = true
  onPressure: (() => void) | undefined
  readonly asked: {
    purpose: string
    open(client?: FakeClient): Promise<FakeClient>
    fail(error: unknown): Promise<void>
  }[] = []
  readonly released: [client: FakeClient, certain: boolean][] = []

  acquire({ purpose }: { purpose: string }) {
    const { promise, resolve, reject } = Promise.withResolvers<PooledConnection>()
    const settle = () => vi.advanceTimersByTimeAsync(0)
    this.asked.push({
      purpose,
      open: async (client = new FakeClient()) => {
        resolve({ client } as unknown as PooledConnection)
        await settle()
        return client
      },
      fail: async error => {
        reject(error)
        await settle()
      },
    })
    return promise
  }
  release({ client }: PooledConnection, certain: boolean) {
    this.released.push([client as unknown as FakeClient, certain])
  }
  describeHolders() {
    return '3 waiting, 2 of 2 connections in use'
  }
}

interface Sent extends Statement {
  failed?: Error & { code?: string }
}

function setUp(options: object = {}) {
  const pool = new FakePool()
  const settings = readPgOptions({ dsn: 'postgres://h/d', sharedConnections: 2, max: 4, ...options })
  const shared = new SharedConnections(pool as unknown as ConnectionPool, settings)
  const send = (text: string) => {
    const statement = { text, abandoned: false, sentAt: 0, doneAt: 0 } as Sent
    statement.handleError = error => {
      statement.failed = error as Error
    }
    shared.send(statement)
    return statement
  }
  const finish = (...statements: Sent[]) => {
    for (const statement of statements) {
      statement.doneAt = performance.now()
      statement.onSettled!(statement)
    }
  }
  /** A connection that is open and idle. */
  const open = async () => {
    const statement = send('first')
    const client = await pool.asked.at(-1)!.open()
    finish(statement)
    client.sent = []
    return client
  }
  return { pool, shared, send, finish, open }
}

const stats = (shared: number, pipelined: number, queued: number) => ({ shared, pipelined, queued })

test('the first query opens a connection, which gets it and what has come since, in order', async () => {
  const { pool, shared, send, finish } = setUp()
  expect(shared.stats).toEqual(stats(0, 0, 0))
  const [a, b] = [send('a'), send('b')]
  expect(shared.stats).toEqual(stats(0, 0, 2))
  expect(pool.asked.map(({ purpose }) => purpose)).toEqual(['shared'])
  const client = await pool.asked[0]!.open()
  expect(client.sent).toEqual(['a', 'b'])
  expect(shared.stats).toEqual(stats(1, 2, 0))
  finish(a)
  expect(shared.stats).toEqual(stats(1, 1, 0))
  finish(b)
  send('c')
  expect(client.sent).toEqual(['a', 'b', 'c'])
  expect(pool.asked).toHaveLength(1)
})

test('another is opened while the best one is a millisecond behind, up to the limit', async () => {
  const { pool, shared, send, open } = setUp()
  const first = await open()
  // Each query is thought to take 0.044 ms: an eighth less than 0.05 after one that took nothing.
  for (let i = 0; i < 23; i++) send(String(i))
  expect([first.sent.length, pool.asked.length]).toEqual([23, 1])
  send('23')
  expect(pool.asked).toHaveLength(2)
  send('24')
  expect(pool.asked, 'one is being opened').toHaveLength(2)
  const second = await pool.asked[1]!.open()
  send('25')
  expect([first.sent.length, second.sent]).toEqual([25, ['25']])
  for (let i = 0; i < 60; i++) send('more')
  expect(pool.asked, 'no more than sharedConnections').toHaveLength(2)
  expect(shared.stats.shared).toBe(2)
  expect(Math.abs(first.sent.length - second.sent.length)).toBeLessThan(8)
})

test('none is opened beyond the first where the pool has no room', async () => {
  const { pool, send, open } = setUp()
  await open()
  pool.hasRoom = false
  for (let i = 0; i < 30; i++) send(String(i))
  expect(pool.asked).toHaveLength(1)
})

test.each([
  { sharedConnections: 3, max: 2 },
  { sharedConnections: 2, max: 5 },
])('%j: two connections at most', async options => {
  const { pool, send, open } = setUp(options)
  await open()
  for (let i = 0; i < 60; i++) send(String(i))
  await pool.asked[1]!.open()
  for (let i = 0; i < 60; i++) send(String(i))
  expect(pool.asked).toHaveLength(2)
})

test('while all are held up by slow queries, what comes waits, and further connections are opened', async () => {
  const { pool, shared, send, open, finish } = setUp({ sharedConnections: 1 })
  const first = await open()
  const slow = send('slow')
  vi.advanceTimersByTime(21)
  const next = send('next')
  expect([first.sent, shared.stats, pool.asked.length]).toEqual([['slow'], stats(1, 1, 1), 2])
  const second = await pool.asked[1]!.open()
  expect(second.sent).toEqual(['next'])
  finish(slow, next)
  // It is one more than wanted, and goes when it is idle.
  await vi.advanceTimersByTimeAsync(250)
  expect(pool.released).toHaveLength(1)
  expect(pool.released[0]![1]).toBe(true)
  await vi.advanceTimersByTimeAsync(250)
  expect([pool.released.length, shared.stats]).toEqual([1, stats(1, 0, 0)])
})

test('a full pipeline makes queries wait, but opens no connection beyond the limit', async () => {
  const { pool, shared, send, open, finish } = setUp({ sharedConnections: 1, pipelineDepth: 2 })
  const client = await open()
  const [a] = [send('a'), send('b')]
  send('c')
  expect([shared.stats, pool.asked.length]).toEqual([stats(1, 2, 1), 1])
  finish(a!)
  expect(client.sent).toEqual(['a', 'b', 'c'])
  expect(shared.stats).toEqual(stats(1, 2, 0))
})

test('a full pipeline opens another below the limit', async () => {
  const { pool, send, open } = setUp({ sharedConnections: 2, pipelineDepth: 2 })
  await open()
  send('a')
  send('b')
  expect(pool.asked).toHaveLength(1)
  send('c')
  expect(pool.asked).toHaveLength(2)
})

test('as many wait as the pool allows; the next is refused with what holds the connections', () => {
  const { pool, shared, send } = setUp({ maxWaiting: 2 })
  const [a, b, c] = [send('a'), send('b'), send('c')]
  expect([a!.failed, b!.failed]).toEqual([undefined, undefined])
  expect(c!.failed).toMatchObject({
    code: 'pool_queue_full',
    message: expect.stringContaining('3 waiting, 2 of 2 connections in use'),
  })
  expect(shared.stats.queued).toBe(2)
  pool.closing = true
  expect(send('d').failed).toMatchObject({ code: 'pool_closed' })
  expect(shared.stats.queued).toBe(2)
})

test('what waits longer than acquireTimeoutMs fails, and nothing else', async () => {
  const { shared, send } = setUp({ acquireTimeoutMs: 1_000 })
  const a = send('a')
  await vi.advanceTimersByTimeAsync(500)
  const b = send('b')
  await vi.advanceTimersByTimeAsync(500)
  expect(a.failed).toBeUndefined()
  await vi.advanceTimersByTimeAsync(250)
  expect(a.failed).toMatchObject({
    code: 'pool_timeout',
    message: expect.stringContaining('3 waiting, 2 of 2 connections in use'),
  })
  expect([b.failed, shared.stats.queued]).toEqual([undefined, 1])
  await vi.advanceTimersByTimeAsync(500)
  expect([b.failed?.code, shared.stats.queued]).toEqual(['pool_timeout', 0])
  expect(vi.getTimerCount(), 'the ticker has stopped').toBe(0)
})

test('where no connection can be opened, each caller gets an error of its own', async () => {
  const { pool, shared, send } = setUp()
  const [a, b] = [send('a'), send('b')]
  const cause = new Error('refused')
  await pool.asked[0]!.fail(pgError('pool_timeout', {}, { cause }))
  expect([a!.failed, b!.failed]).toMatchObject([
    { code: 'pool_timeout', cause },
    { code: 'pool_timeout', cause },
  ])
  expect(a!.failed).not.toBe(b!.failed)
  expect(a!.failed!.message).toBe(pgError('pool_timeout').message)
  expect(shared.stats.queued).toBe(0)
  const c = send('c')
  expect(pool.asked).toHaveLength(2)
  await pool.asked[1]!.fail(cause)
  expect(c.failed).toBe(cause)
})

test('one that fails to open beside another fails nobody', async () => {
  const { pool, shared, send, open, finish } = setUp({ pipelineDepth: 1 })
  await open()
  const a = send('a')
  const b = send('b')
  await pool.asked[1]!.fail(new Error('refused'))
  expect([b.failed, shared.stats]).toEqual([undefined, stats(1, 1, 1)])
  finish(a)
  expect(shared.stats).toEqual(stats(1, 1, 0))
})

test('one that is lost while it opens is given back, and another is opened for what waits', async () => {
  const { pool, shared, send } = setUp()
  send('a')
  const gone = new FakeClient()
  gone.usable = false
  await pool.asked[0]!.open(gone)
  expect([gone.sent, pool.released]).toEqual([[], [[gone, false]]])
  expect([shared.stats, pool.asked.length]).toEqual([stats(0, 0, 1), 2])
})

test('one that ends is given back as uncertain, once, and the next query opens another', async () => {
  const { pool, shared, send, open } = setUp()
  const client = await open()
  client.destroy()
  client.emit('end')
  expect([pool.released, shared.stats]).toEqual([[[client, false]], stats(0, 0, 0)])
  send('a')
  expect(pool.asked).toHaveLength(2)
})

test('one that a query has lost is given back as uncertain when the query ends', async () => {
  const { pool, send, open, finish } = setUp()
  const client = await open()
  const a = send('a')
  client.usable = false
  finish(a)
  expect(pool.released).toEqual([[client, false]])
})

test('one whose server is no longer the primary takes no more, and goes once it is idle', async () => {
  const { pool, shared, send, open, finish } = setUp()
  const client = await open()
  const [a, b] = [send('a'), send('b')]
  client.stale = true
  finish(a!)
  expect(pool.released).toEqual([])
  send('c')
  expect(client.sent).toEqual(['a', 'b'])
  finish(b!)
  expect(pool.released).toEqual([[client, true]])
  expect([shared.stats, pool.asked.length]).toEqual([stats(0, 0, 1), 2])
})

test('an abandoned query that waits is dropped, and one that runs is canceled', async () => {
  const { pool, shared, send } = setUp()
  const [a, b] = [send('a'), send('b')]
  shared.abandon(a!)
  const client = await pool.asked[0]!.open()
  expect(client.sent).toEqual(['b'])
  shared.abandon(b!)
  await vi.advanceTimersByTimeAsync(10)
  expect([b!.abandoned, client.canceled]).toEqual([true, 1])
  shared.abandon(send.call(undefined, 'c'))
  shared.abandon({} as Statement)
})

test('under pressure, connections beyond the first are released, the idlest first', async () => {
  const { pool, shared, send, open, finish } = setUp({ pipelineDepth: 1 })
  const first = await open()
  const a = send('a')
  send('b')
  const second = await pool.asked[1]!.open()
  expect(second.sent).toEqual(['b'])
  finish(a)
  pool.onPressure!()
  expect(pool.released, 'nobody waits').toEqual([])
  pool.waiting = 1
  pool.onPressure!()
  expect(pool.released).toEqual([[first, true]])
  pool.onPressure!()
  expect([pool.released.length, shared.stats.shared]).toEqual([1, 1])
})

test('one that still works is released when it is idle, and counts as released before', async () => {
  const { pool, shared, send, open, finish } = setUp({ pipelineDepth: 1, sharedConnections: 3 })
  await open()
  const a = send('a')
  const b = send('b')
  await pool.asked[1]!.open()
  const c = send('c')
  await pool.asked[2]!.open()
  expect(shared.stats).toEqual(stats(3, 3, 0))
  pool.waiting = 1
  pool.onPressure!()
  pool.onPressure!()
  expect(pool.released).toEqual([])
  finish(a, b, c)
  expect([pool.released.length, pool.released[0]![1]]).toEqual([1, true])
  pool.waiting = 9
  pool.onPressure!()
  expect([pool.released.length, shared.stats.shared]).toEqual([2, 1])
})

test('a pool of one gives it to who waits', async () => {
  const { pool, shared, open } = setUp({ max: 1 })
  const client = await open()
  pool.waiting = 1
  pool.onPressure!()
  expect([pool.released, shared.stats.shared]).toEqual([[[client, true]], 0])
})

test('one that opens while somebody waits for a lease is released at once beside another', async () => {
  const { pool, send, open, finish } = setUp({ pipelineDepth: 1 })
  await open()
  const a = send('a')
  send('b')
  finish(a)
  pool.waiting = 1
  const second = await pool.asked[1]!.open()
  expect(pool.released.map(([client]) => client)).toEqual([second])
})

test('at closing, what was accepted is answered, and then all are released', async () => {
  const { pool, shared, send, finish } = setUp({ pipelineDepth: 1, sharedConnections: 1 })
  const [a, b] = [send('a'), send('b')]
  const client = await pool.asked[0]!.open()
  pool.closing = true
  pool.onPressure!()
  expect([client.sent, shared.stats]).toEqual([['a'], stats(1, 1, 1)])
  finish(a!)
  expect(client.sent).toEqual(['a', 'b'])
  expect(pool.released).toEqual([])
  finish(b!)
  expect(pool.released).toEqual([[client, true]])
})

test('at closing, idle ones are released at once, and one that opens late is, too', async () => {
  const { pool, send, open } = setUp()
  const client = await open()
  pool.closing = true
  pool.onPressure!()
  expect(pool.released).toEqual([[client, true]])
  const late = setUp()
  const statement = late.send('a')
  late.shared.abandon(statement)
  late.pool.closing = true
  const opened = await late.pool.asked[0]!.open()
  expect(late.pool.released).toEqual([[opened, true]])
  expect(send('b').failed).toMatchObject({ code: 'pool_closed' })
})

test('one that is idle for idleTimeoutMs is released, and one that works is not', async () => {
  const { pool, shared, send, open } = setUp({ idleTimeoutMs: 1_000, statementTimeoutMs: 0 })
  const client = await open()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(pool.released).toEqual([])
  await vi.advanceTimersByTimeAsync(250)
  expect([pool.released, vi.getTimerCount()]).toEqual([[[client, true]], 0])
  send('a')
  const next = await pool.asked[1]!.open()
  await vi.advanceTimersByTimeAsync(60_000)
  expect([pool.released.length, shared.stats, next.usable]).toEqual([1, stats(1, 1, 0), true])
})

test.each([
  [1_000, 1_000, 1_250],
  [0, 100_000, undefined],
])('with maxLifetimeMs %d it is kept %d ms', async (maxLifetimeMs, kept, gone) => {
  const { pool, open } = setUp({ maxLifetimeMs, idleTimeoutMs: 200_000 })
  await open()
  await vi.advanceTimersByTimeAsync(kept)
  expect(pool.released).toEqual([])
  if (gone === undefined) return
  await vi.advanceTimersByTimeAsync(gone - kept)
  expect(pool.released).toHaveLength(1)
})

test('one that has lived too long ends its queries first', async () => {
  const { pool, send, open, finish } = setUp({ maxLifetimeMs: 1_000, statementTimeoutMs: 0 })
  const client = await open()
  const a = send('a')
  await vi.advanceTimersByTimeAsync(1_250)
  expect([pool.released, client.usable]).toEqual([[], true])
  finish(a)
  expect(pool.released).toEqual([[client, true]])
})

test('a server that gives no answer a second after the statement timeout is given up', async () => {
  const { pool, send, open } = setUp({ statementTimeoutMs: 2_000 })
  const client = await open()
  const [a, b] = [send('a'), send('b')]
  await vi.advanceTimersByTimeAsync(3_000)
  expect([client.usable, a!.failure]).toEqual([true, undefined])
  await vi.advanceTimersByTimeAsync(250)
  expect(client.usable).toBe(false)
  expect(a!.failure).toMatchObject({ code: 'query_timeout', message: expect.stringContaining('No answer for a') })
  expect([b!.failure, pool.released]).toEqual([undefined, [[client, false]]])
})
