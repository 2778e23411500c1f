import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { ownClock, pass } from '../../test/own-clock.ts'
import { Statement } from '../wire/statement.ts'
import { LeasedConnection } from './leased-connection.ts'
import type { ConnectionPool, PooledConnection } from './pool.ts'

// The clock and the client are ours; against a server: cancellation.test.ts.
beforeEach(ownClock)
afterEach(() => void vi.useRealTimers())

function lease(statementTimeoutMs = 5_000) {
  const released: boolean[] = []
  const sent: Statement[] = []
  const cancels: PromiseWithResolvers<void>[] = []
  const client = {
    destroyed: 0,
    send: (statement: Statement) => sent.push(statement),
    cancel: () => {
      cancels.push(Promise.withResolvers<void>())
      return cancels.at(-1)!.promise
    },
    destroy: () => {
      client.destroyed++
    },
  }
  const pooled = { client, query: undefined } as unknown as PooledConnection
  const pool = { release: (_: PooledConnection, certain: boolean) => released.push(certain) }
  const connection = new LeasedConnection(pool as unknown as ConnectionPool, pooled, statementTimeoutMs)
  return { connection, client, pooled, released, sent, cancels }
}

const statement = (text = 'select 1', leaksSession = false) =>
  new Statement({ text, values: [], prepare: false, leaksSession })
const settled = () => pass(0)
/** What a promise is rejected with, once it is. */
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

test('a statement is sent at once, and named as what the connection does', async () => {
  const { connection, pooled, sent } = lease()
  const done = connection.send(statement('select 2'))
  expect([sent.length, pooled.query]).toEqual([1, 'select 2'])
  sent[0]!.handleReadyForQuery()
  expect(await done).toBe(sent[0])
  expect(vi.getTimerCount()).toBe(0)
})

test.each([
  [5_000, {}, 6_000],
  [5_000, { timeoutMs: 100 }, 100],
  [0, { timeoutMs: 100 }, 100],
])('with the statement timeout %d and %j it is canceled after %d ms', async (timeout, limits, expected) => {
  const { connection, client, sent, cancels } = lease(timeout)
  const failed = failureOf(connection.send(statement(), limits))
  await pass(expected - 1)
  expect(cancels).toHaveLength(0)
  await pass(1)
  expect(cancels).toHaveLength(1)
  sent[0]!.handleReadyForQuery()
  expect(await failed).toMatchObject({
    code: 'query_timeout',
    message: expect.stringContaining(`${expected} ms were over for select 1`),
  })
  await pass(10_000)
  expect(client.destroyed).toBe(0)
})

test.each([
  [0, {}],
  [5_000, { timeoutMs: 0 }],
])('with the statement timeout %d and %j it has no limit', async (timeout, limits) => {
  const { connection, cancels } = lease(timeout)
  void connection.send(statement(), limits)
  await pass(1_000_000)
  expect(cancels).toHaveLength(0)
})

test('a signal cancels it', async () => {
  const { connection, sent, cancels } = lease()
  const stop = new AbortController()
  const failed = failureOf(connection.send(statement(), { signal: stop.signal }))
  stop.abort('gone')
  expect(cancels).toHaveLength(1)
  sent[0]!.handleReadyForQuery()
  expect(await failed).toMatchObject({ code: 'query_aborted', cause: 'gone' })
})

test('a signal that was aborted before sends nothing', async () => {
  const { connection, sent } = lease()
  const failed = await failureOf(connection.send(statement(), { signal: AbortSignal.abort('no') }))
  expect([failed, sent]).toMatchObject([{ code: 'query_aborted', cause: 'no' }, []])
})

test('the signal of a statement that has ended cancels nothing', async () => {
  const { connection, sent, cancels } = lease()
  const stop = new AbortController()
  const done = connection.send(statement(), { signal: stop.signal })
  sent[0]!.handleReadyForQuery()
  await done
  stop.abort()
  connection.cancel(sent[0]!, new Error('late'))
  expect([cancels, sent[0]!.failure]).toEqual([[], undefined])
})

test('a connection that is not ready a second after the request is cut', async () => {
  const { connection, client } = lease()
  void failureOf(connection.send(statement(), { timeoutMs: 10 }))
  await pass(1_009)
  expect(client.destroyed).toBe(0)
  await pass(1)
  expect(client.destroyed).toBe(1)
})

test('the next statement waits until the cancel request is done', async () => {
  const { connection, sent, cancels } = lease()
  const failed = failureOf(connection.send(statement(), { timeoutMs: 10 }))
  await pass(10)
  sent[0]!.handleReadyForQuery()
  await failed
  void connection.send(statement('next'))
  await settled()
  expect(sent).toHaveLength(1)
  cancels[0]!.resolve()
  await settled()
  expect(sent[1]!.text).toBe('next')
})

test('so does its release', async () => {
  const { connection, released, sent, cancels } = lease()
  const failed = failureOf(connection.send(statement(), { timeoutMs: 10 }))
  await pass(10)
  sent[0]!.handleReadyForQuery()
  await failed
  connection.release(true)
  await settled()
  expect(released).toEqual([])
  cancels[0]!.resolve()
  await settled()
  expect(released).toEqual([true])
  connection.release(true)
  expect(released).toEqual([true, true])
})

test('a released connection sends nothing', async () => {
  const { connection, released, sent } = lease()
  connection.release(false)
  expect(released).toEqual([false])
  expect(await failureOf(connection.send(statement('select 3')))).toMatchObject({
    code: 'transaction_finished',
    message: expect.stringContaining('select 3'),
  })
  expect(sent).toEqual([])
})

test('one whose session was changed is not certain, whatever follows', async () => {
  const { connection, released, sent } = lease()
  void connection.send(statement('set a.b = 1', true))
  void connection.send(statement('select 1', false))
  for (const each of sent) each.handleReadyForQuery()
  connection.release(true)
  expect(released).toEqual([false])
})

test('statements wait for the end of a COPY, which has no limit of its own', async () => {
  const { connection, sent, cancels } = lease(1_000)
  const copied = connection.sendCopy(statement('copy t from stdin'), {})
  void connection.send(statement('next'))
  await pass(60_000)
  expect([sent.length, cancels.length]).toEqual([1, 0])
  sent[0]!.handleReadyForQuery()
  await copied
  await settled()
  expect(sent.map(({ text }) => text)).toEqual(['copy t from stdin', 'next'])
  void connection.send(statement('third'))
  expect(sent).toHaveLength(3)
})

test('a COPY that fails, and one with a limit, let the next statement through', async () => {
  const { connection, sent, cancels } = lease()
  const failed = failureOf(connection.sendCopy(statement('copy'), { timeoutMs: 20 }))
  void connection.send(statement('next'))
  await pass(20)
  expect(cancels).toHaveLength(1)
  cancels[0]!.resolve()
  sent[0]!.handleReadyForQuery()
  expect(await failed).toMatchObject({ code: 'query_timeout' })
  await settled()
  expect(sent.at(-1)!.text).toBe('next')
})
