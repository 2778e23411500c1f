import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createPg } from '../src/index.ts'
import { rejection } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn } = await openDatabase()
const TIMEOUT_MS = 100

/** This process does nothing for longer than the time-out, as in a long computation. */
function stall(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5 * TIMEOUT_MS)
}

test.each([
  ['a shared connection', {}],
  ['a leased connection', { isolated: true }],
])('after a stall of the process, an answer on %s that arrived meanwhile is no time-out', async (_, options) => {
  await using db = createPg({ dsn, max: 2 })
  await db.value('select 1', [], options)
  const answer = db.value('select 2', [], { ...options, timeoutMs: TIMEOUT_MS })
  await nextTurn()
  stall()
  expect(await answer).toBe(2)
  const late = db.value('select pg_sleep(60)', [], { ...options, timeoutMs: TIMEOUT_MS })
  await nextTurn()
  stall()
  expect(await rejection(late)).toMatchObject({ code: 'query_timeout' })
})

test('nor does a caller time out who waits for the connection that the answer frees', async () => {
  await using db = createPg({ dsn, max: 1, acquireTimeoutMs: TIMEOUT_MS })
  await db.value('select 1', [], { isolated: true })
  const answers = [1, 2].map(n => db.value('select $1::int', [n], { isolated: true }))
  await nextTurn()
  stall()
  expect(await Promise.all(answers)).toEqual([1, 2])
})
