import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Pg } from '../src/index.ts'
import {
  beginRollback,
  createTestDatabase,
  dropWorkerDatabases,
  type Rollback,
  truncateAll,
  workerDatabase,
} from '../src/testing/index.ts'
import { openAdmin, readAll, rejection } from './helpers.ts'

let dir: string
let db: Pg

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'arlen-testing-'))
  await writeFile(
    join(dir, '1_a.sql'),
    'create table t (id int primary key generated always as identity, v text unique);',
  )
  db = (await workerDatabase({ migrations: dir })).db
})

afterAll(async () => {
  await dropWorkerDatabases()
  await rm(dir, { recursive: true })
})

/** How long a database took, of three that were made at once. */
let copyMs = Number.POSITIVE_INFINITY

describe('a database', () => {
  test('is a copy of a template that is migrated once', async () => {
    const started = performance.now()
    const copies = await Promise.all([1, 2, 3].map(() => createTestDatabase({ migrations: dir })))
    copyMs = (performance.now() - started) / copies.length
    expect(new Set(copies.map(copy => copy.name)).size).toBe(3)
    for (const copy of copies) {
      await using admin = await openAdmin(copy.dsn)
      expect((await admin.query('select version from arlen_migrations')).rows).toEqual([{ version: '1' }])
    }
    for (const copy of copies) await copy.drop()
    expect(await rejection(openAdmin(copies[0]!.dsn))).toMatchObject({ code: '3D000' })
  })

  test('is one for each worker and set of options', async () => {
    expect((await workerDatabase({ migrations: dir })).db).toBe(db)
    expect((await workerDatabase({ migrations: dir, key: 'other' })).db).not.toBe(db)
  })

  test('of a worker is closed and dropped at the end, and created again for later users', async () => {
    const options = { migrations: dir, key: 'to be dropped' }
    const gone = await workerDatabase(options)
    await dropWorkerDatabases()
    expect(await rejection(openAdmin(gone.dsn))).toMatchObject({ code: '3D000' })
    expect(await rejection(gone.db.value('select 1'))).toMatchObject({ code: 'pool_closed' })
    const next = await workerDatabase(options)
    expect(await next.db.value('select count(*)::int from t')).toBe(0)
    db = (await workerDatabase({ migrations: dir })).db
  })

  test('can be prepared once, for all copies', async () => {
    let prepared = 0
    const prepare = async (dsn: string) => {
      prepared++
      await using admin = await openAdmin(dsn)
      await admin.query('create table seeded as select 1 as a')
    }
    const options = { prepare, key: `seed ${process.pid}` }
    for (let i = 0; i < 2; i++) {
      await using copy = await createTestDatabase(options)
      await using admin = await openAdmin(copy.dsn)
      expect((await admin.query('select a from seeded')).rows).toEqual([{ a: 1 }])
    }
    expect(prepared).toBe(1)
  })
})

describe('a test in a transaction that is taken back', () => {
  let rollback: Rollback
  let startedAt: number
  const times: number[] = []

  beforeEach(async () => {
    startedAt = performance.now()
    rollback = await beginRollback(db)
  })
  afterEach(async () => {
    await rollback.rollback()
    times.push(performance.now() - startedAt)
  })
  afterAll(() => {
    // About 3 ms on a machine at rest, where a database takes some 30: whatever else runs slows both down.
    expect(times.sort((a, b) => a - b)[times.length >> 1]).toBeLessThan(copyMs)
  })

  for (const round of [1, 2, 3]) {
    test(`sees what it did and nothing of others (${round})`, async () => {
      expect(await db.value('select count(*) from t')).toBe(0n)
      await db.execute("insert into t (v) values ('a')")
      await db.tx(tx => tx.execute("insert into t (v) values ('b')"))
      expect(await db.value('select count(*) from t')).toBe(2n)
    })
  }

  test('continues after a failed query, as outside a transaction', async () => {
    await db.execute("insert into t (v) values ('a')")
    expect(await rejection(db.execute("insert into t (v) values ('a')"))).toMatchObject({ code: 'unique_violation' })
    expect(
      await rejection(
        db.tx(async tx => {
          await tx.execute("insert into t (v) values ('b')")
          throw new Error('no')
        }),
      ),
    ).toMatchObject({ message: 'no' })
    expect(await db.many('select v from t')).toEqual([{ v: 'a' }])
  })

  test('may do several things at once', async () => {
    const inserts = Array.from({ length: 20 }, (_, i) =>
      db.tx(tx => tx.tx(inner => inner.execute('insert into t (v) values ($1)', [String(i)]))),
    )
    const reads = Array.from({ length: 20 }, () => db.value('select count(*) from t'))
    await Promise.all([...inserts, ...reads])
    const scope = db.scope()
    expect(await scope.value('select count(*) from t')).toBe(20n)
    expect(await readAll(db.stream('select v from t', [], { batch: 3 }))).toHaveLength(20)
    expect(await db.copyFrom('copy t (v) from stdin', ['x\n'])).toBe(1)
  })

  test('finds misuse all the same', async () => {
    expect(await rejection(db.tx(() => db.query('select 1')))).toMatchObject({ code: 'transaction_bypassed' })
    expect(await rejection(beginRollback(db))).toMatchObject({ code: 'rollback_pending' })
  })
})

test('truncateAll empties all tables except those given', async () => {
  await using copy = await createTestDatabase({ migrations: dir })
  const { createPg } = await import('../src/index.ts')
  await using own = createPg(copy.dsn)
  await own.execute('create table kept as select 1 as a')
  await own.execute("insert into t (v) values ('a')")
  await truncateAll(own, { except: ['kept'] })
  expect(await own.value("insert into t (v) values ('b') returning id")).toBe(1)
  expect(await own.value('select count(*) from kept')).toBe(1n)
  expect(await own.value('select count(*) from arlen_migrations')).toBe(1n)
})
