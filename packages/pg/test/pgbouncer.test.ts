import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPg, json, migrate, type Pg } from '../src/index.ts'
import { createTestDatabase, type TestDatabase } from '../src/testing/index.ts'
import { readAll, rejection, until } from './helpers.ts'
import { type Pooler, pgbouncer, startPgbouncer } from './pgbouncer-process.ts'

const name = `behind PgBouncer in transaction mode${pgbouncer ? '' : ' (skipped: pgbouncer is not installed, see tooling/system-deps)'}`

describe.skipIf(!pgbouncer)(name, () => {
  let database: TestDatabase
  let pooler: Pooler
  let db: Pg
  let pooled: string

  beforeAll(async () => {
    database = await createTestDatabase()
    pooler = await startPgbouncer(database.dsn)
    pooled = `postgres://app@127.0.0.1:${pooler.port}/${database.name}`
    db = createPg({ dsn: pooled, prepare: false, max: 8 })
    await db.execute('create table t (id int primary key, v text, j jsonb)')
  })

  afterAll(async () => {
    await db.close()
    await pooler[Symbol.asyncDispose]()
    await database.drop()
  })

  test('queries work, many at once, over more clients than there are servers', async () => {
    for (let round = 0; round < 3; round++) {
      const all = await Promise.all(Array.from({ length: 300 }, (_, i) => db.value('select $1::int', [i])))
      expect(all).toEqual(Array.from({ length: 300 }, (_, i) => i))
    }
    expect(await db.many('select * from generate_series(1, 3) n where n = any ($1)', [[1, 3]])).toEqual([
      { n: 1 },
      { n: 3 },
    ])
    expect(await rejection(db.execute('insert into t values ($1, $2, $3)', [1, 'x', [1]]))).toMatchObject({
      code: 'parameter_needs_json',
    })
    expect(await db.execute('insert into t values ($1, $2, $3)', [1, 'x', json([1])])).toBe(1)
    expect(await rejection(db.execute('insert into t values (1)'))).toMatchObject({ code: 'unique_violation' })
    await db.execute('truncate t')
  })

  test('nothing is prepared on the server', async () => {
    for (let i = 0; i < 5; i++) await db.value('select $1::int + 1', [i])
    expect(await db.value('select count(*) from pg_prepared_statements')).toBe(0n)
  })

  test('transactions, savepoints, streams and COPY keep to one server each', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        db.tx(async tx => {
          const pid = await tx.value('select pg_backend_pid()')
          await tx.execute('insert into t values ($1, $2)', [i, 'x'])
          await rejection(tx.tx(inner => inner.execute('insert into t values ($1)', [i])))
          expect(await tx.value('select pg_backend_pid()')).toBe(pid)
        }),
      ),
    )
    const streams = [1, 2, 3, 4].map(() =>
      readAll(db.stream<{ id: number }>('select id from t order by id', [], { batch: 3 })),
    )
    for (const rows of await Promise.all(streams))
      expect(rows.map(row => row.id)).toEqual(Array.from({ length: 20 }, (_, i) => i))
    expect(await db.copyFrom('copy t (id) from stdin', ['100\n', '101\n'])).toBe(2)
    expect(Buffer.concat(await readAll(db.copyTo('copy (select count(*) from t) to stdout'))).toString()).toBe('22\n')
  })

  test('a query can be canceled', async () => {
    const stop = new AbortController()
    const query = rejection(db.query('select pg_sleep(60)', [], { signal: stop.signal }))
    await until(() => db.stats().pipelined === 1)
    stop.abort()
    expect(await query).toMatchObject({ code: 'query_aborted' })
    expect(await rejection(db.query('select pg_sleep(60)', [], { timeoutMs: 50 }))).toMatchObject({
      code: 'query_timeout',
    })
    expect(await db.value('select 1')).toBe(1)
    expect(await rejection(db.tx(tx => tx.query('select pg_sleep(60)', [], { timeoutMs: 50 })))).toMatchObject({
      code: 'query_timeout',
    })
    expect(await db.tx(tx => tx.value('select 1'))).toBe(1)
  })

  test('listening is refused rather than in vain', async () => {
    expect(await rejection(db.listen('a', () => undefined))).toMatchObject({ code: 'listen_pooled' })
  })

  test('a pool that was not told says what to do', async () => {
    await using untold = createPg(pooled)
    expect(await rejection(untold.query('select 1'))).toMatchObject({
      code: 'connect_failed',
      message: expect.stringMatching(/PgBouncer.*prepare: false/),
    })
  })

  test('migrations are refused, with the way out, however many connections the pooler has idle', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'arlen-pooled-'))
    await writeFile(join(dir, '1_a.sql'), 'create table a (id int);')
    const refused = { code: 'migration_pooled', message: expect.stringMatching(/session mode.*/) }
    for (const idle of [1, 3]) {
      await Promise.all(Array.from({ length: idle }, () => db.value('select pg_sleep(0.1)', [], { isolated: true })))
      expect(await rejection(migrate({ dsn: pooled, dir }))).toMatchObject(refused)
    }
    expect(await db.value("select to_regclass('a')")).toBeNull()
    expect(await db.value("select current_setting('statement_timeout')")).toBe('0')
    await using turning = await startPgbouncer(database.dsn, { server_round_robin: 1 })
    const dsn = pooled.replace(`:${pooler.port}`, `:${turning.port}`)
    expect(await rejection(migrate({ dsn, dir }))).toMatchObject(refused)
    await rm(dir, { recursive: true })
  })
})
