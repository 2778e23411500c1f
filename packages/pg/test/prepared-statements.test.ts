import { describe, expect, test } from 'vitest'
import { createPg, type Pg } from '../src/index.ts'
import { rejection } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn } = await openDatabase()

/** One connection, so that what is prepared is prepared where we look. */
const open = (options = {}) => createPg({ dsn, max: 1, ...options })

async function prepared(db: Pg): Promise<{ name: string; statement: string }[]> {
  return db.many<{ name: string; statement: string }>(
    'select name, statement from pg_prepared_statements order by prepare_time',
    [],
    { prepare: false },
  )
}

describe('statements', () => {
  test('are prepared from their second use on, under a name made of their text', async () => {
    await using db = open()
    const text = 'select $1::int as a'
    await db.value(text, [1])
    expect(await prepared(db)).toEqual([])
    for (let i = 0; i < 5; i++) expect(await db.value(text, [i])).toBe(i)
    const [only, ...rest] = await prepared(db)
    expect(rest).toEqual([])
    expect(only).toMatchObject({ statement: text, name: expect.stringMatching(/^arlen_[0-9a-f]{32}$/) })
    await using other = open()
    for (let i = 0; i < 2; i++) await other.value(text, [i])
    expect((await prepared(other))[0]?.name).toBe(only?.name)
  })

  test('are not prepared where their text has more than 16,384 characters', async () => {
    await using db = open()
    for (const length of [16_384, 16_385]) {
      const text = `select '${'x'.repeat(length - "select ''".length)}'`
      for (let i = 0; i < 3; i++) await db.value(text as string)
    }
    expect((await prepared(db)).map(({ statement }) => statement.length)).toEqual([16_384])
  })

  test('that differ after the 63rd byte are two', async () => {
    await using db = open()
    const long: string = `select '${'x'.repeat(80)}' as `
    for (let i = 0; i < 3; i++) {
      expect(await db.one(`${long}a` as string)).toEqual({ a: 'x'.repeat(80) })
      expect(await db.one(`${long}b` as string)).toEqual({ b: 'x'.repeat(80) })
    }
    expect(await prepared(db)).toHaveLength(2)
  })

  test('are kept in bounded number, the least recently used going first', async () => {
    await using db = open({ statementCache: 3 })
    for (let round = 0; round < 4; round++) {
      for (let i = 0; i < 6; i++) {
        expect(await db.value(`select ${i}` as string)).toBe(i)
        expect(await db.value('select $1::int', [round])).toBe(round)
      }
    }
    const kept = (await prepared(db)).map(row => row.statement)
    expect(kept).toHaveLength(3)
    expect(kept).toContain('select $1::int')
    expect(kept).toContain('select 5')
  })

  test('are not kept where asked not to, query by query or for the pool', async () => {
    await using db = open()
    for (let i = 0; i < 3; i++) await db.query('select 1', [], { prepare: false })
    expect(await prepared(db)).toEqual([])
    await using none = open({ prepare: false })
    for (let i = 0; i < 3; i++) await none.query('select 1')
    expect(await prepared(none)).toEqual([])
  })

  test('that the server has forgotten are prepared again', async () => {
    await using db = open()
    for (let i = 0; i < 3; i++) await db.value('select $1::int', [i])
    await db.execute('deallocate all', [], { prepare: false })
    expect(await Promise.all([1, 2, 3].map(i => db.value('select $1::int', [i])))).toEqual([1, 2, 3])
    await db.execute('deallocate all', [], { prepare: false })
    expect(await db.value('select $1::int', [4], { isolated: true })).toBe(4)
  })

  test('that fail to parse do not spoil those behind them', async () => {
    await using db = open()
    const text = 'select nothing from nowhere'
    const errors = await Promise.all(Array.from({ length: 10 }, () => rejection(db.query(text))))
    expect(errors.map(error => (error as { code: string }).code)).toEqual(Array(10).fill('undefined_table'))
    await db.execute('create table nowhere (nothing int)')
    expect(await db.many(text)).toEqual([])
    await db.execute('drop table nowhere')
  })
})

describe('after a table was altered', () => {
  test('no query fails while it happens', async () => {
    await using db = createPg({ dsn, max: 6 })
    await db.execute('create table changing (id int primary key, a int)')
    await db.execute('insert into changing values (1, 1)')
    let running = true
    let queries = 0
    const readers = Array.from({ length: 16 }, async () => {
      while (running) {
        const row = await db.one('select * from changing where id = $1', [1])
        expect(row.id).toBe(1)
        queries++
      }
    })
    for (let i = 0; i < 15; i++) {
      await db.execute(`alter table changing add column c${i} int default ${i}` as string)
      await db.execute(`alter table changing alter column a type ${i % 2 ? 'int' : 'bigint'}` as string)
      const seen = queries
      while (queries < seen + 50) await new Promise(resolve => setImmediate(resolve))
    }
    running = false
    await Promise.all(readers)
    expect(await db.one('select * from changing where id = $1', [1])).toMatchObject({ c14: 14, a: 1n })
    await db.execute('drop table changing')
  })

  test('parameters take the new type of a column, which the server by itself does not see', async () => {
    await using db = createPg({ dsn, max: 2 })
    await db.execute('create table retyped (id int, name int, at int)')
    const find = (id: bigint) => db.many('select id from retyped where id = $1', [id])
    const named = (names: string[]) => db.many('select 1 as found from retyped where name = any($1)', [names])
    const put = (name: string) => db.execute('insert into retyped (name) values ($1)', [name])
    const inTx = (at: string) => db.tx(tx => tx.execute('update retyped set at = $1', [at]))
    for (let i = 0; i < 3; i++) {
      await Promise.all([find(1n), find(2n), named(['1']), put('1'), inTx('1'), inTx('2')])
    }
    await db.execute('alter table retyped alter id type bigint, alter name type text, alter at type text')
    await put('ann')
    expect(await find(2n ** 40n)).toEqual([])
    expect(await named(['ann'])).toEqual([{ found: 1 }])
    for (let i = 0; i < 2; i++) await inTx('noon').catch(() => undefined) // finds out once on each connection
    expect(await inTx('noon')).toBe(4)
    await db.execute('drop table retyped')
  })

  test('a transaction fails with an error that says it can be retried, and then succeeds', async () => {
    await using db = createPg({ dsn, max: 2, sharedConnections: 0 })
    await db.execute('create table shifting (a int)')
    const read = () => db.tx(async tx => (await tx.query('select * from shifting')).fields.length)
    for (let i = 0; i < 3; i++) expect(await read()).toBe(1)
    await db.execute('alter table shifting add column b int')
    expect(await rejection(read())).toMatchObject({
      code: 'cached_plan_changed',
      sqlstate: '0A000',
      retryable: true,
      status: 503,
    })
    expect(await read()).toBe(2)
    await db.execute('drop table shifting')
  })
})

describe('objects that a prepared statement refers to may be replaced:', () => {
  const exchanges: Readonly<
    Record<string, { before: string[]; query: string; values?: unknown[]; after: string[]; gives: unknown }>
  > = {
    'an enum type, in the result and in a parameter': {
      before: [
        "create type mood as enum ('sad', 'ok')",
        'create table people (mood mood)',
        "insert into people values ('ok')",
      ],
      query: 'select mood from people where mood = $1',
      values: ['ok'],
      after: [
        "create type mood_new as enum ('sad', 'ok', 'happy')",
        'alter table people alter column mood type mood_new using mood::text::mood_new',
        'drop type mood',
        'alter type mood_new rename to mood',
      ],
      gives: 'ok',
    },
    'an enum type, in an array': {
      before: [
        "create type mood as enum ('sad', 'ok')",
        'create table people (mood mood)',
        "insert into people values ('ok')",
      ],
      query: 'select mood from people where mood = any($1)',
      values: [['ok']],
      after: [
        "create type mood_new as enum ('sad', 'ok', 'happy')",
        'alter table people alter column mood type mood_new using mood::text::mood_new',
        'drop type mood',
        'alter type mood_new rename to mood',
      ],
      gives: 'ok',
    },
    'a function': {
      before: ['create function answer() returns int language sql as $$ select 41 $$'],
      query: 'select answer()',
      after: ['drop function answer()', 'create function answer() returns int language sql as $$ select 42 $$'],
      gives: 42,
    },
    'a function, by one of another argument type': {
      before: ['create function twice(int) returns int language sql as $$ select $1 * 2 $$'],
      query: 'select twice($1)::int',
      values: [21],
      after: [
        'drop function twice(int)',
        'create function twice(numeric) returns numeric language sql as $$ select $1 * 2 $$',
      ],
      gives: 42,
    },
    'an enum type, of a variable in a compiled function': {
      before: [
        "create type mood as enum ('sad', 'ok')",
        "create function feel() returns text language plpgsql as $$ declare m mood := 'ok'; begin return m; end $$",
      ],
      query: 'select feel()',
      after: ['drop type mood', "create type mood as enum ('ok')"],
      gives: 'ok',
    },
    'a composite type': {
      before: ['create type pair as (a int)', 'create table pairs (p pair)', 'insert into pairs values (row(42))'],
      query: 'select (p).a from pairs where p = $1::pair',
      values: ['(42)'],
      after: [
        'drop table pairs',
        'drop type pair',
        'create type pair as (a int)',
        'create table pairs (p pair)',
        'insert into pairs values (row(42))',
      ],
      gives: 42,
    },
    'a schema': {
      before: ['create schema s', 'create table s.t (a int)', 'insert into s.t values (1)'],
      query: 'select a from s.t',
      after: ['drop schema s cascade', 'create schema s', 'create table s.t (a int)', 'insert into s.t values (42)'],
      gives: 42,
    },
  }

  test.each(Object.entries(exchanges))('%s', async (_, { before, query, values = [], after, gives }) => {
    await using admin = createPg(dsn)
    await admin.execute('drop schema if exists public, s cascade')
    await admin.execute('create schema public')
    for (const statement of before) await admin.execute(statement as string)
    await using shared = open()
    await using leased = open({ sharedConnections: 0 })
    const run = (db: Pg) => db.value(query as string, values as never)
    for (const db of [shared, leased]) for (let i = 0; i < 4; i++) await run(db)
    await using transacted = open()
    for (let i = 0; i < 4; i++) await transacted.tx(tx => tx.value(query as string, values as never))
    for (const statement of after) await admin.execute(statement as string)
    for (const db of [shared, leased]) for (let i = 0; i < 4; i++) expect(await run(db)).toEqual(gives)
    // A transaction may have done something before, and is for the program to do again.
    const inTransaction = () => transacted.tx(tx => tx.value(query as string, values as never))
    const first = await inTransaction().catch(error => error)
    if (first instanceof Error)
      expect(first).toMatchObject({ code: expect.stringMatching(/cached_plan_changed|undefined_/) })
    expect(await inTransaction()).toEqual(gives)
  })
})
