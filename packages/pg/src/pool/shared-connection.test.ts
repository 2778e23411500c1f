import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Statement } from '../wire/statement.ts'
import type { PooledConnection } from './pool.ts'
import { SharedConnection } from './shared-connection.ts'

// The clock and the client are ours; against a server: pool-limits.test.ts and cancellation.test.ts.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

class FakeClient extends EventEmitter {
  usable = true
  status = 'I'
  sent: string[] = []
  held: boolean[] = []
  canceled = 0
  onCancel: () => Promise<void> = async () => undefined

  hold(on: boolean) {
    this.held.push(on)
  }
  send(statement: Statement) {
    statement.sentAt = performance.now()
    this.sent.push(statement.text)
  }
  getTransactionStatus() {
    return this.status
  }
  cancel() {
    this.canceled++
    return this.onCancel()
  }
  destroy() {
    this.usable = false
  }
}

function share(depth = 64) {
  const client = new FakeClient()
  const finished: number[] = []
  const pooled = { client } as unknown as PooledConnection
  const shared = new SharedConnection(pooled, depth, connection => finished.push(connection.pending.length))
  const send = (text: string) => {
    const statement = { text, abandoned: false, sentAt: 0, doneAt: 0 } as Statement
    shared.send(statement)
    return statement
  }
  const finish = (statement: Statement) => {
    statement.doneAt = performance.now()
    statement.onSettled!(statement)
  }
  return { client, finished, shared, send, finish }
}

test('queries are sent at once, and the process is kept alive while one is in flight', () => {
  const { client, finished, send, finish } = share()
  expect(client.held).toEqual([false])
  const [a, b] = [send('a'), send('b')]
  expect([client.sent, client.held]).toEqual([
    ['a', 'b'],
    [false, true],
  ])
  finish(a)
  expect([finished, client.held]).toEqual([[1], [false, true]])
  finish(b)
  expect([finished, client.held]).toEqual([
    [1, 0],
    [false, true, false],
  ])
})

test('a query that ends out of turn leaves the others', () => {
  const { shared, send, finish } = share()
  const [a, b, c] = [send('a'), send('b'), send('c')]
  finish(b)
  expect(shared.pending).toEqual([a, c])
  finish({ ...b, onSettled: b.onSettled } as Statement)
  expect(shared.pending).toEqual([a, c])
})

test('a connection that a query has left in a transaction is ended', () => {
  const { client, send, finish } = share()
  const a = send('begin by accident')
  client.status = 'T'
  finish(a)
  expect(client.usable).toBe(false)
})

test('the wait is nothing when idle, and grows with the queries and how long they took', () => {
  const { shared, send, finish } = share()
  expect(shared.estimate(performance.now())).toBe(0)
  send('a')
  expect(shared.estimate(performance.now())).toBeCloseTo(0.05)
  const b = send('b')
  expect(shared.estimate(performance.now())).toBeCloseTo(0.1)
  vi.advanceTimersByTime(8)
  finish(shared.pending[0]!)
  // The average moves by an eighth of the difference.
  expect(shared.estimate(performance.now())).toBeCloseTo(0.05 + (8 - 0.05) / 8)
  finish(b)
  expect(shared.estimate(performance.now())).toBe(0)
})

test('one slow query counts for no more than 50 ms', () => {
  const { shared, send, finish } = share()
  const a = send('a')
  vi.advanceTimersByTime(10_000)
  finish(a)
  send('b')
  expect(shared.estimate(performance.now())).toBeCloseTo(0.05 + (50 - 0.05) / 8)
})

test('no more is accepted while a query takes longer than 20 ms, beyond the depth, or once it retires', () => {
  const { shared, send } = share(2)
  send('a')
  vi.advanceTimersByTime(20)
  expect(shared.estimate(performance.now())).toBeCloseTo(0.05)
  expect(shared.slow(performance.now())).toBe(false)
  vi.advanceTimersByTime(1)
  expect(shared.estimate(performance.now())).toBe(Number.POSITIVE_INFINITY)
  expect(shared.slow(performance.now())).toBe(true)
  const other = share(2)
  other.send('a')
  expect(other.shared.estimate(performance.now())).toBeLessThan(1)
  other.send('b')
  expect(other.shared.estimate(performance.now())).toBe(Number.POSITIVE_INFINITY)
  const idle = share().shared
  expect(idle.open).toBe(true)
  idle.retiring = true
  expect([idle.open, idle.estimate(performance.now())]).toEqual([false, Number.POSITIVE_INFINITY])
})

test('a connection that is lost accepts nothing', () => {
  const { client, shared } = share()
  client.usable = false
  expect([shared.open, shared.estimate(performance.now())]).toEqual([false, Number.POSITIVE_INFINITY])
})

test('an abandoned query is canceled after 10 ms, unless it has ended by then', async () => {
  const { client, shared, send, finish } = share()
  const [a, b] = [send('a'), send('b')]
  shared.abandon(a)
  await vi.advanceTimersByTimeAsync(9)
  finish(a)
  await vi.advanceTimersByTimeAsync(100)
  expect([a.abandoned, client.canceled]).toEqual([true, 0])
  shared.abandon(b)
  await vi.advanceTimersByTimeAsync(9)
  expect(client.canceled).toBe(0)
  await vi.advanceTimersByTimeAsync(1)
  expect(client.canceled).toBe(1)
})

test('one that is not running yet is canceled when its turn comes', async () => {
  const { client, shared, send, finish } = share()
  const [a, b] = [send('a'), send('b')]
  shared.abandon(b)
  await vi.advanceTimersByTimeAsync(500)
  expect(client.canceled).toBe(0)
  finish(a)
  await vi.advanceTimersByTimeAsync(10)
  expect(client.canceled).toBe(1)
})

test('a server that does not become ready within a second of the request is left', async () => {
  const { client, shared, send } = share()
  shared.abandon(send('a'))
  await vi.advanceTimersByTimeAsync(1_009)
  expect(client.usable).toBe(true)
  await vi.advanceTimersByTimeAsync(1)
  expect(client.usable).toBe(false)
})

test('one request is made at a time, and another for the next that was abandoned', async () => {
  const { client, shared, send, finish } = share()
  const [a, b] = [send('a'), send('b')]
  const held = Promise.withResolvers<void>()
  client.onCancel = () => held.promise
  shared.abandon(a)
  await vi.advanceTimersByTimeAsync(10)
  shared.abandon(b)
  finish(a)
  await vi.advanceTimersByTimeAsync(50)
  expect(client.canceled).toBe(1)
  held.resolve()
  await vi.advanceTimersByTimeAsync(10)
  expect(client.canceled).toBe(2)
  expect(client.usable).toBe(true)
})

test('the end of its client is heard until it is no longer shared', () => {
  const { client, shared } = share()
  const ended = vi.fn()
  shared.onEnd(ended)
  shared.leave()
  client.emit('end')
  expect(ended).not.toHaveBeenCalled()
  expect(client.held.at(-1)).toBe(true)
  const other = share()
  other.shared.onEnd(ended)
  other.client.emit('end')
  expect(ended).toHaveBeenCalledOnce()
  share().shared.leave()
})
