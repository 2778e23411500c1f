import { describe, expect, test } from 'vitest'
import { createPg, type Pg } from '../src/index.ts'
import { startFaultProxy } from './fault-proxy.ts'
import { countOthers, readAll, rejection, until } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn, admin } = await openDatabase()

/** Holds connections until told to let go. */
async function hold(db: Pg, count: number): Promise<() => Promise<unknown>> {
  const release = Promise.withResolvers<void>()
  let held = 0
  const all = Array.from({ length: count }, () =>
    db.tx(async tx => {
      await tx.query('select 42 as held')
      held++
      await release.promise
    }),
  )
  await until(() => held === count)
  return () => {
    release.resolve()
    return Promise.all(all)
  }
}

describe('waiting for a connection', () => {
  test('ends in time with a 503; the log names the holders of connections, the response does not', async () => {
    await using db = createPg({ dsn, max: 2, acquireTimeoutMs: 4_000 })
    const release = await hold(db, 2)
    const error = (await rejection(db.tx(tx => tx.query('select 1')))) as Error & { detail: string }
    expect(error).toMatchObject({ code: 'pool_timeout', status: 503 })
    expect(error.message).toMatch(/2 of 2 connections in use/)
    expect(error.message).toMatch(/transaction, \d+ ms, .*pool-limits\.test\.ts:\d+:\d+: select 42 as held/)
    expect(error.detail).not.toContain('select')
    expect(await rejection(db.query('select 1'))).toMatchObject({ code: 'pool_timeout' })
    await release()
    expect(await db.value('select 1')).toBe(1)
  })

  test('a thousand timeouts leave no more connections than there may be', async () => {
    await using db = createPg({ dsn, max: 3, acquireTimeoutMs: 4_000 })
    const release = await hold(db, 3)
    const errors = await Promise.all(Array.from({ length: 1_000 }, () => rejection(db.tx(tx => tx.query('select 1')))))
    expect(new Set(errors.map(error => (error as { code: string }).code))).toEqual(new Set(['pool_timeout']))
    expect(await countOthers(admin)).toBe(3)
    expect(db.stats()).toMatchObject({ waiting: 0, leased: 3 })
    await release()
    expect(await db.tx(tx => tx.value('select 1'))).toBe(1)
  })

  test('is for so many and no more', async () => {
    await using db = createPg({ dsn, max: 1, maxWaiting: 5 })
    const release = await hold(db, 1)
    const waiting = Array.from({ length: 5 }, () => db.tx(tx => tx.value('select 1')))
    expect(await rejection(db.tx(tx => tx.query('select 1')))).toMatchObject({ code: 'pool_queue_full', status: 503 })
    const plain = Array.from({ length: 5 }, () => db.value('select 1'))
    expect(await rejection(db.query('select 1'))).toMatchObject({ code: 'pool_queue_full' })
    expect(plain).toHaveLength(5)
    await Promise.allSettled(plain)
    await release()
    expect(await Promise.all(waiting)).toEqual([1, 1, 1, 1, 1])
  })

  test('ends with the signal, and the place in the queue with it', async () => {
    await using db = createPg({ dsn, max: 1 })
    const release = await hold(db, 1)
    const stop = new AbortController()
    const waiting = rejection(db.tx(tx => tx.query('select 1'), { signal: stop.signal }))
    const plain = rejection(db.query('select 1', [], { signal: stop.signal }))
    stop.abort(new Error('gone'))
    expect(await waiting).toMatchObject({ code: 'query_aborted', cause: { message: 'gone' } })
    expect(await plain).toMatchObject({ code: 'query_aborted' })
    await release()
    expect(await db.value('select 1')).toBe(1)
  })

  test('is served in the order of arrival', async () => {
    await using db = createPg({ dsn, max: 1 })
    const release = await hold(db, 1)
    const order: number[] = []
    const all = Array.from({ length: 10 }, (_, i) => db.tx(() => order.push(i)))
    await release()
    await Promise.all(all)
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })
})

describe('with a single connection', () => {
  test('queries, transactions, streams and COPY take turns, and nothing starves', async () => {
    await using db = createPg({ dsn, max: 1, acquireTimeoutMs: 60_000 })
    await db.execute('create table one (n int)')
    const work: Promise<unknown>[] = []
    for (let i = 0; i < 40; i++) {
      work.push(db.value('select $1::int', [i]))
      if (i % 4 === 0) work.push(db.tx(tx => tx.tx(inner => inner.value('select 1'))))
      if (i % 5 === 0) work.push(readAll(db.stream('select generate_series(1, 3) as n', [], { batch: 2 })))
      if (i % 6 === 0) work.push(db.copyFrom('copy one from stdin', ['1\n', '2\n']))
      if (i % 7 === 0) work.push(db.value('select 7', [], { isolated: true }))
    }
    await Promise.all(work)
    expect(await db.value('select count(*) from one')).toBe(14n)
    expect(db.stats()).toMatchObject({ total: 1, waiting: 0 })
  })

  test('transactions in a row do not keep plain queries waiting', async () => {
    await using db = createPg({ dsn, max: 1, acquireTimeoutMs: 60_000 })
    let running = true
    const busy = Array.from({ length: 3 }, async () => {
      while (running) await db.tx(tx => tx.query('select 1'))
    })
    for (let i = 0; i < 20; i++) expect(await db.value('select 1')).toBe(1)
    running = false
    await Promise.all(busy)
  })
})

describe('a slow query', () => {
  test('does not hold up what comes after it', async () => {
    await using db = createPg({ dsn, max: 4, sharedConnections: 2 })
    await db.value('select 1')
    const stop = new AbortController()
    const slow = rejection(db.query('select pg_sleep(60)', [], { signal: stop.signal }))
    // What is sent at the same moment as a slow query cannot know that it is one.
    await until(async () => {
      const { rows } = await admin.query(
        "select 1 from pg_stat_activity where query ~ '^select pg_sleep.60.' and state = 'active' and clock_timestamp() - query_start > interval '50 ms' and datname = current_database()",
      )
      return rows.length === 1
    })
    const started = performance.now()
    for (let i = 0; i < 50; i++) expect(await db.value('select $1::int', [i])).toBe(i)
    expect(performance.now() - started).toBeLessThan(10_000)
    stop.abort()
    await slow
  })

  test('on a leased connection, with isolated', async () => {
    await using db = createPg({ dsn, max: 4, sharedConnections: 1 })
    const stop = new AbortController()
    const slow = rejection(db.query('select pg_sleep(60)', [], { isolated: true, signal: stop.signal }))
    expect(await Promise.all(Array.from({ length: 50 }, () => db.value('select 1')))).toHaveLength(50)
    stop.abort()
    expect(await slow).toMatchObject({ code: 'query_aborted' })
  })
})

describe('closing', () => {
  test('serves requests that were already waiting', async () => {
    const db = createPg({ dsn, max: 1 })
    const release = await hold(db, 1)
    const waiting = [db.tx(tx => tx.value('select 1')), db.value('select 2'), db.tx(tx => tx.value('select 3'))]
    const closing = db.close()
    await release()
    expect(await Promise.all(waiting)).toEqual([1, 2, 3])
    expect(await closing).toEqual([])
  })

  test('refuses what is new, waits for what is under way, and leaves nothing on the server', async () => {
    const db = createPg({ dsn, max: 4 })
    const release = await hold(db, 2)
    const running = db.value('select 1 from pg_sleep(0.05)')
    const closing = db.close()
    expect(await rejection(db.query('select 1'))).toMatchObject({ code: 'pool_closed', status: 503 })
    expect(await rejection(db.tx(() => 1))).toMatchObject({ code: 'pool_closed' })
    expect(await running).toBe(1)
    await release()
    expect(await closing).toEqual([])
    await until(async () => (await countOthers(admin)) === 0)
    expect(await db.close()).toEqual([])
  })

  test('cuts what takes too long, and names it', async () => {
    const db = createPg({ dsn, max: 4 })
    const stuck = rejection(db.tx(tx => tx.query('select pg_sleep(60)')))
    await until(async () => {
      const { rowCount } = await admin.query(
        "select 1 from pg_stat_activity where query ~ '^select pg_sleep.60.' and state = 'active' and datname = current_database()",
      )
      return rowCount === 1
    })
    const holders = await db.close({ timeoutMs: 50 })
    expect(holders).toMatchObject([
      { purpose: 'transaction', query: 'select pg_sleep(60)', processId: expect.any(Number) },
    ])
    expect(await stuck).toMatchObject({ status: 503 })
    expect(db.stats()).toMatchObject({ total: 0, leased: 0, waiting: 0 })
    await admin.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where query ~ 'pg_sleep.60' and pid <> pg_backend_pid() and datname = current_database()",
    )
    await until(async () => (await countOthers(admin)) === 0)
  })

  test('works before the first query, twice, and with a server that is gone', async () => {
    const unused = createPg(dsn)
    expect(await Promise.all([unused.close(), unused.close()])).toEqual([[], []])
    await using proxy = await startFaultProxy(dsn)
    const db = createPg({ dsn: proxy.dsn })
    await db.query('select 1')
    proxy.blackHole()
    expect(await db.close({ timeoutMs: 50 })).toEqual([])
  })
})

test('connections are replaced when they are old, and closed when they are idle', async () => {
  await using db = createPg({ dsn, max: 2, maxLifetimeMs: 1, idleTimeoutMs: 50 })
  const first = await db.tx(tx => tx.value('select pg_backend_pid()'))
  const second = await db.tx(tx => tx.value('select pg_backend_pid()'))
  expect(second).not.toBe(first)
  await db.query('select 1')
  await until(async () => (await countOthers(admin)) === 0)
})
