import { describe, expect, test } from 'vitest'
import { createPg } from '../src/index.ts'
import { startFaultProxy } from './fault-proxy.ts'
import { rejection, until } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn, admin } = await openDatabase()

/** How many sessions run something that matches, this moment. */
async function running(pattern: string): Promise<number> {
  const { rows } = await admin.query(
    "select count(*)::int as n from pg_stat_activity where state = 'active' and query ~ $1 and pid <> pg_backend_pid() and datname = current_database()",
    [pattern],
  )
  return rows[0].n
}

describe.for([
  ['on a shared connection', {}],
  ['on a connection of its own', { isolated: true }],
] as const)('%s', ([, options]) => {
  test('a signal ends the query here and on the server', async () => {
    await using db = createPg({ dsn, max: 3 })
    const stop = new AbortController()
    const query = rejection(db.query('select pg_sleep(70)', [], { ...options, signal: stop.signal }))
    await until(async () => (await running('pg_sleep.70')) === 1)
    stop.abort(new Error('the client left'))
    expect(await query).toMatchObject({ code: 'query_aborted', cause: { message: 'the client left' } })
    await until(async () => (await running('pg_sleep.70')) === 0)
    expect(await db.value('select 1')).toBe(1)
  })

  test('so does the time given to it', async () => {
    await using db = createPg({ dsn, max: 3 })
    const query = db.query('select pg_sleep(71)', [], { ...options, timeoutMs: 50 })
    expect(await rejection(query)).toMatchObject({ code: 'query_timeout', status: 503 })
    await until(async () => (await running('pg_sleep.71')) === 0)
    expect(await db.value('select 1')).toBe(1)
  })

  test('a signal that has already been given sends nothing', async () => {
    await using db = createPg({ dsn, max: 3 })
    const query = db.query('select 1', [], { ...options, signal: AbortSignal.abort() })
    expect(await rejection(query)).toMatchObject({ code: 'query_aborted' })
    expect(db.stats().total).toBe(0)
  })

  test.concurrent('a silent server costs one connection, for a moment', async () => {
    await using proxy = await startFaultProxy(dsn)
    await using db = createPg({ dsn: proxy.dsn, max: 1, connectTimeoutMs: 3_000 })
    await db.query('select 1')
    proxy.blackHole()
    const query = db.query('select 2', [], { ...options, timeoutMs: 50 })
    expect(await rejection(query)).toMatchObject({ code: 'query_timeout' })
    await until(() => db.stats().total === 0)
    proxy.heal()
    expect(await db.value('select 3')).toBe(3)
  })

  test('the limit of the session ends a query on the server', async () => {
    await using db = createPg({ dsn, max: 3, statementTimeoutMs: 2_000 })
    expect(await rejection(db.query('select pg_sleep(72)', [], options))).toMatchObject({
      code: 'query_canceled',
      sqlstate: '57014',
      status: 503,
    })
    expect(await db.value('select 1')).toBe(1)
  })

  test.concurrent('and where the server does not keep it, the client cuts the connection a second later', async () => {
    await using proxy = await startFaultProxy(dsn)
    await using db = createPg({ dsn: proxy.dsn, max: 1, statementTimeoutMs: 2_000, connectTimeoutMs: 3_000 })
    await db.query('select 1', [], options)
    proxy.blackHole()
    expect(await rejection(db.query('select 2', [], options))).toMatchObject({ code: 'query_timeout' })
    proxy.heal()
    expect(await db.value('select 3')).toBe(3)
  })
})

describe('a canceled query on a shared connection', () => {
  test('harms none of those behind it', async () => {
    await using db = createPg({ dsn, sharedConnections: 1, max: 2 })
    await db.execute('create table if not exists marks (id int primary key)')
    for (let round = 0; round < 5; round++) {
      await db.execute('truncate marks')
      const stop = new AbortController()
      const slow = rejection(db.query('select pg_sleep(73)', [], { signal: stop.signal }))
      const behind = Array.from({ length: 30 }, (_, i) => db.execute('insert into marks values ($1)', [i]))
      await until(async () => (await running('pg_sleep.73')) === 1)
      stop.abort()
      expect(await Promise.all(behind)).toEqual(Array(30).fill(1))
      expect(await slow).toMatchObject({ code: 'query_aborted' })
      expect(await db.value('select count(*) from marks')).toBe(30n)
    }
  })

  test('is not even begun where it was still waiting its turn', async () => {
    await using db = createPg({ dsn, sharedConnections: 1, max: 1, pipelineDepth: 1 })
    await db.execute('create table if not exists never (id int)')
    const hold = db.query('select pg_sleep(0.1)')
    await until(() => db.stats().pipelined === 1)
    const stop = new AbortController()
    const waiting = rejection(db.execute('insert into never values (1)', [], { signal: stop.signal }))
    stop.abort()
    expect(await waiting).toMatchObject({ code: 'query_aborted' })
    await hold
    expect(await db.value('select count(*) from never')).toBe(0n)
  })
})

describe('in a transaction', () => {
  test('the signal cancels what runs and rolls everything back', async () => {
    await using db = createPg({ dsn, max: 3 })
    await db.execute('create table if not exists gone (id int)')
    const stop = new AbortController()
    const work = rejection(
      db.tx(
        async tx => {
          await tx.execute('insert into gone values (1)')
          await tx.query('select pg_sleep(74)')
        },
        { signal: stop.signal },
      ),
    )
    await until(async () => (await running('pg_sleep.74')) === 1)
    stop.abort()
    expect(await work).toMatchObject({ code: 'query_aborted' })
    await until(async () => (await running('pg_sleep.74')) === 0)
    expect(await db.value('select count(*) from gone')).toBe(0n)
    expect(db.stats()).toMatchObject({ waiting: 0 })
  })

  test('a signal given while nothing runs keeps it from committing', async () => {
    await using db = createPg({ dsn, max: 3 })
    const stop = new AbortController()
    const work = db.tx(
      async tx => {
        await tx.query('select 1')
        stop.abort()
      },
      { signal: stop.signal },
    )
    expect(await rejection(work)).toMatchObject({ code: 'query_aborted' })
  })

  test('the next user of the connection is not hit by a late request to cancel', async () => {
    await using db = createPg({ dsn, max: 1, sharedConnections: 0 })
    for (let round = 0; round < 20; round++) {
      const stop = new AbortController()
      const query = db.query('select 1', [], { signal: stop.signal }).catch(() => undefined)
      setImmediate(() => stop.abort())
      await query
      expect(await db.value('select 2')).toBe(2)
    }
  })
})

test('a scope ends all queries of its request with the request', async () => {
  await using db = createPg({ dsn, max: 4 })
  const request = new AbortController()
  const scope = db.scope({ signal: request.signal })
  expect(await scope.value('select 1')).toBe(1)
  const both = [
    rejection(scope.query('select pg_sleep(75)')),
    rejection(scope.tx(tx => tx.query('select pg_sleep(75)'))),
  ]
  await until(async () => (await running('pg_sleep.75')) === 2)
  request.abort()
  expect(await Promise.all(both)).toMatchObject([{ code: 'query_aborted' }, { code: 'query_aborted' }])
  await until(async () => (await running('pg_sleep.75')) === 0)
  expect(scope.queries).toBe(2)
})
