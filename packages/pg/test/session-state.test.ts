import { describe, expect, test } from 'vitest'
import { createPg, type Pg } from '../src/index.ts'
import { beginRollback } from '../src/testing/index.ts'
import { readAll, rejection } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn, name } = await openDatabase()

const open = (options = {}) => createPg({ dsn, max: 1, ...options })

const LEAKS: readonly string[] = [
  "select set_config('app.user', '7', false)",
  'select pg_advisory_lock(42)',
  'prepare q as select 1',
  "do $$ begin set app.tenant = '7'; end $$",
]

async function stateOf(db: Pg): Promise<unknown> {
  return db.one(
    `select current_setting('app.user', true) as "user", current_setting('app.tenant', true) as tenant, (select count(*)::int from pg_locks where locktype = 'advisory'
       and database = (select oid from pg_database where datname = current_database())) as locks,
       (select count(*)::int from pg_prepared_statements where name = 'q') as prepared`,
    [],
    { prepare: false },
  )
}

const unset = expect.toSatisfy(value => !value)
const clean = { locks: 0, prepared: 0, user: unset, tenant: unset }

describe('state that would reach the next request on the connection', () => {
  test.each(LEAKS)('is refused in development and tests: %s', async text => {
    await using db = open({ debug: true })
    for (const run of [
      () => db.query(text as string),
      () => db.query(text as string, [], { isolated: true }),
      () => db.tx(tx => tx.query(text as string)),
    ]) {
      expect(await rejection(run())).toMatchObject({ code: 'session_leak', message: expect.stringContaining('Use ') })
    }
    expect(await stateOf(db)).toEqual(clean)
  })

  test.each(LEAKS)('is reset in production: %s', async text => {
    await using db = open({ debug: false })
    for (const run of [
      () => db.query(text as string),
      () => db.query(text as string, [], { isolated: true }),
      () => db.tx(tx => tx.query(text as string)),
    ]) {
      await run()
      await expect.poll(() => stateOf(db)).toEqual(clean)
    }
  })

  test.each([{ debug: true }, { debug: false }])(
    'a temporary table is for the transaction that makes it: %o',
    async options => {
      await using db = open(options)
      const made = () =>
        db.tx(async tx => {
          await tx.execute('create temp table kept (a int)')
          return tx.value('select count(*)::int from kept')
        })
      expect([await made(), await made()]).toEqual([0, 0])
      if (options.debug) {
        const error = await rejection(db.execute('create temp table kept (a int)'))
        expect(error).toMatchObject({
          code: 'session_leak',
          message: expect.stringContaining('ON COMMIT DROP in tx()'),
        })
      }
      await expect.poll(() => db.value("select to_regclass('kept') is null")).toBe(true)
    },
  )

  test('is refused behind a pooler in production too, as the session is not ours', async () => {
    await using db = open({ debug: false, prepare: false })
    expect(await rejection(db.query(LEAKS[0] as string))).toMatchObject({ code: 'session_leak' })
  })

  test('a bound third argument of set_config decides', async () => {
    await using db = open({ debug: true })
    expect(await db.value('select set_config($1, $2, $3)', ['app.user', '7', true])).toBe('7')
    expect(await rejection(db.query('select set_config($1, $2, $3)', ['app.user', '7', false]))).toMatchObject({
      code: 'session_leak',
    })
    expect(await stateOf(db)).toEqual(clean)
  })

  test('a cursor WITH HOLD', async () => {
    await using db = open({ debug: true })
    expect(await rejection(db.query('declare c cursor with hold for select 1'))).toMatchObject({ code: 'session_leak' })
  })
})

describe('the settings of a scope', () => {
  const USER = 'select current_setting(\'app.user\', true) as "user"'

  test('apply to its queries, transactions, streams and copies, and to no others', async () => {
    await using db = open({ max: 4 })
    const ann = db.scope({ settings: { 'app.user': 7n, 'app.admin': true } })
    const bob = db.scope({ settings: { 'app.user': 8 } })
    const users = await Promise.all([ann.value(USER), bob.value(USER), db.value(USER), ann.value(USER)])
    expect(users.map(user => user || null)).toEqual(['7', '8', null, '7'])
    expect(await ann.tx(tx => tx.tx(inner => inner.value(USER)))).toBe('7')
    expect(await readAll(bob.stream(USER))).toEqual([{ user: '8' }])
    const copied = Buffer.concat(await readAll(ann.copyTo("copy (select current_setting('app.admin')) to stdout")))
    expect(copied.toString()).toBe('true\n')
    for (let i = 0; i < 8; i++) expect((await db.value(USER)) || null).toBeNull()
  })

  test('are visible to row security', async () => {
    await using db = open({ max: 3 })
    await db.execute('create table notes (owner text, note text)')
    await db.execute("insert into notes values ('7', 'of seven'), ('8', 'of eight')")
    await db.execute('alter table notes enable row level security')
    await db.execute("create policy own on notes using (owner = current_setting('app.user'))")
    await db.execute(`create role reader_${name}` as string)
    await db.execute(`grant select on notes to reader_${name}` as string)
    const scope = (user: number) => db.scope({ settings: { role: `reader_${name}`, 'app.user': user } })
    try {
      expect(await scope(7).many('select note from notes')).toEqual([{ note: 'of seven' }])
      expect(await scope(8).many('select note from notes')).toEqual([{ note: 'of eight' }])
      expect(await db.many('select note from notes')).toHaveLength(2)
    } finally {
      await db.execute('drop table notes')
      await db.execute(`drop role reader_${name}` as string)
    }
  })

  test('an error of a query is the error of the query', async () => {
    await using db = open()
    const scope = db.scope({ settings: { 'app.user': 7 } })
    expect(await rejection(scope.query('select nope'))).toMatchObject({
      code: 'undefined_column',
      query: 'select nope',
    })
    expect(await rejection(db.scope({ settings: { work_mem: 'much' } }).value('select 1'))).toMatchObject({
      message: expect.stringContaining('work_mem'),
    })
    expect(await scope.value(USER)).toBe('7')
  })

  test('survive a table that is altered under a prepared query', async () => {
    await using db = open({ max: 2 })
    await db.execute('create table altered (a int)')
    const scope = db.scope({ settings: { 'app.user': 7 } })
    for (let i = 0; i < 3; i++) await scope.many('select * from altered')
    await db.execute('alter table altered add column b int')
    expect((await scope.query('select * from altered')).fields).toHaveLength(2)
    await db.execute('drop table altered')
  })

  test.each([{ "a'; drop table t; --": 1 }, { 'app.user': undefined }, { 'app.user': null }])(
    '%o is refused',
    async settings => {
      await using db = open()
      expect(() => db.scope({ settings: settings as never })).toThrow(
        expect.objectContaining({ code: 'option_invalid' }),
      )
    },
  )

  test('work inside the rollback of a test', async () => {
    await using db = open({ max: 2 })
    const rollback = await beginRollback(db)
    expect(await db.scope({ settings: { 'app.user': 7 } }).value(USER)).toBe('7')
    await rollback.rollback()
  })
})
