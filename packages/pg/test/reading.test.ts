// One server stands for both: what a standby does differently is tested in replication.slow.test.ts.
import { expect, onTestFinished, test } from 'vitest'
import { createPg } from '../src/index.ts'
import { readAll, rejection } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { db, dsn, name } = await openDatabase('create table t (n int)')

function openWithStandby() {
  const both = createPg({ dsn, debug: true, read: { applicationName: 'reader', max: 3 } })
  onTestFinished(async () => void (await both.close()))
  return both
}

const WHO = "select current_setting('application_name')"

test('db.read asks the reading pool: queries, transactions and streams', async () => {
  const both = openWithStandby()
  expect(await both.value(WHO)).toBe('arlen')
  expect(await both.read.value(WHO)).toBe('reader')
  expect(await both.read.tx(tx => tx.value(WHO))).toBe('reader')
  expect(await readAll(both.read.stream(WHO))).toEqual([{ current_setting: 'reader' }])
  expect(both.read.read).toBe(both.read)
  expect(both.stats()).toMatchObject({ max: 10, read: { max: 3 } })
})

test('a transaction of db.read cannot write', async () => {
  const both = openWithStandby()
  for (const reading of [both.read, db.read, both.scope().read]) {
    const writing = reading.tx(tx => tx.execute('insert into t values (1)'))
    expect(await rejection(writing)).toMatchObject({ code: 'read_only_sql_transaction' })
  }
})

test('without a reading pool, db.read asks the one there is, and refuses to write', async () => {
  expect(await db.read.value('select 1')).toBe(1)
  expect(await rejection(db.read.execute('insert into t values (1)'))).toMatchObject({
    code: 'read_only_sql_transaction',
  })
  expect(db.stats()).not.toHaveProperty('read')
})

test('a scope reads what it has written, and says how far that is', async () => {
  const both = openWithStandby()
  const scope = both.scope()
  expect(await scope.position()).toBeUndefined()
  expect(await scope.read.value(WHO)).toBe('reader')
  expect(await scope.position()).toBeUndefined()
  await scope.execute('insert into t values (7)')
  const position = await scope.position()
  expect(position).toMatch(/^[\dA-F]+\/[\dA-F]+$/)
  expect(await scope.read.value('select n from t where n = 7')).toBe(7)
  expect(scope.read).toBe(scope.read)
  expect(scope.read.read).toBe(scope.read)
  const later = both.scope({ after: position })
  expect(await later.position()).toBe(position)
  expect(await later.read.value('select n from t where n = 7')).toBe(7)
})

test('a transaction of a scope counts as writing, unless it is known to only read', async () => {
  const both = openWithStandby()
  const reading = both.scope()
  await reading.tx(tx => tx.value('select 1'), { readOnly: true })
  expect(await reading.position()).toBeUndefined()
  const writing = both.scope()
  await writing.tx(tx => tx.value('select 1'))
  expect(await writing.position()).toMatch(/\//)
  const failing = both.scope()
  await rejection(failing.tx(() => Promise.reject(new Error('of the program'))))
  expect(await failing.position()).toMatch(/\//)
})

test('settings of a scope that the server refuses are an error of the stream, and free its connection', async () => {
  const scope = db.scope({ settings: { work_mem: 'nonsense' } })
  expect(await rejection(readAll(scope.stream('select 1')))).toMatchObject({
    sqlstate: '22023',
    query: 'select set_config($1, $2, true)',
  })
  expect(db.stats().leased).toBe(db.stats().shared)
  const good = db.scope({ settings: { 'app.user': 7 } })
  expect(await readAll(good.stream("select current_setting('app.user') as id"))).toEqual([{ id: '7' }])
})

test('a ping is a query with a limit of its own', async () => {
  await expect(db.ping()).resolves.toBeUndefined()
  const gone = createPg('postgres://nobody@127.0.0.1:1/none')
  await expect(gone.ping()).rejects.toMatchObject({ code: 'connect_failed' })
  await gone.close()
  await expect(gone.ping()).rejects.toMatchObject({ code: 'pool_closed' })
  const aborted = AbortSignal.abort()
  await expect(db.ping({ signal: aborted })).rejects.toMatchObject({ code: 'query_aborted' })
})

test('a database says where it is, without its password', () => {
  const { username, host } = new URL(dsn)
  expect(createPg(dsn).target).toBe(`${username}@${host}/${name}`)
})

test.each([
  [undefined, 'undefined'],
  [7, 'number'],
  ['', '""'],
  ['select 1\0', '"select 1\\u0000"'],
])('%j is no query, which the error says', async (text, got) => {
  expect(await rejection((async () => db.query(text as never))())).toMatchObject({
    code: 'sql_text_invalid',
    message: `A query needs its SQL as a non-empty string or as sql\`…\`, but got ${got}.`,
  })
})

test('the limit of a query is a delay that timers know', async () => {
  for (const timeoutMs of [-1, 2_147_483_648, Number.NaN]) {
    expect(await rejection((async () => db.query('select 1', [], { timeoutMs }))())).toMatchObject({
      code: 'option_invalid',
      message: expect.stringContaining(`timeoutMs must be 0 to 2147483647 milliseconds, not ${timeoutMs}`),
    })
  }
  expect(await db.value('select 1', [], { timeoutMs: 2_147_483_647 })).toBe(1)
})
