import { describe, expect, test } from 'vitest'
import { json, sql } from '../src/index.ts'
import { openDatabase } from './open-database.ts'

const { db } = await openDatabase(
  'create table users (id int primary key generated always as identity, name text unique, tags text[], extra jsonb)',
)

describe('queries', () => {
  test('query gives rows, their number, the command and the columns', async () => {
    const result = await db.query<{ n: number }>('select n from generate_series(1, 3) as n')
    expect(result).toMatchObject({ rows: [{ n: 1 }, { n: 2 }, { n: 3 }], rowCount: 3, command: 'SELECT' })
    expect(result.fields).toMatchObject([{ name: 'n', typeId: 23 }])
  })

  test('one gives the row, and refuses none and several', async () => {
    expect(await db.one('select 1 as a')).toEqual({ a: 1 })
    await expect(db.one('select 1 where false')).rejects.toMatchObject({ code: 'row_not_found', status: 404 })
    await expect(db.one('select generate_series(1, 2)')).rejects.toMatchObject({ code: 'row_not_unique' })
  })

  test('maybeOne gives undefined for none, and refuses several', async () => {
    expect(await db.maybeOne('select 1 where false')).toBeUndefined()
    await expect(db.maybeOne('select generate_series(1, 2)')).rejects.toMatchObject({ code: 'row_not_unique' })
  })

  test('value gives the first column, many the rows, execute the count', async () => {
    expect(await db.value('select count(*) from users where name = $1', ['nobody'])).toBe(0n)
    expect(await db.many('select 1 as a union all select 2 order by a')).toEqual([{ a: 1 }, { a: 2 }])
    expect(await db.execute(sql`insert into users (name) values ${sql.values([['ann'], ['bob']])}`)).toBe(2)
    expect(await db.execute("update users set tags = $1 where name in ('ann', 'bob')", [['a', 'b']])).toBe(2)
  })

  test('a json column takes json(), and a bare array only where the column is an array', async () => {
    await db.execute('insert into users (name, tags, extra) values ($1, $2, $3)', ['carl', ['x'], json([1, 2])])
    expect(await db.one('select tags, extra from users where name = $1', ['carl'])).toEqual({
      tags: ['x'],
      extra: [1, 2],
    })
    await expect(db.execute('update users set extra = $1', [[1, 2]])).rejects.toMatchObject({
      code: 'parameter_needs_json',
      message: expect.stringContaining('$1'),
    })
  })

  test('a thousand at once go over few connections and come back in their own order', async () => {
    const all = await Promise.all(Array.from({ length: 1_000 }, (_, i) => db.value('select $1::int', [i])))
    expect(all).toEqual(Array.from({ length: 1_000 }, (_, i) => i))
    expect(db.stats().shared).toBeLessThanOrEqual(2)
  })

  test('of several columns of one name the last counts, also where it is null', async () => {
    expect(await db.one('select 1 as a, null as a, 2 as b, 3 as b')).toEqual({ a: null, b: 3 })
  })

  test('a limit of 0 means no limit, and one that no timer can count is refused', async () => {
    expect(await db.value('select 1', [], { timeoutMs: 0 })).toBe(1)
    expect(await db.value('select 1', [], { timeoutMs: 0, isolated: true })).toBe(1)
    for (const timeoutMs of [Number.NaN, -1, 2 ** 31, Number.POSITIVE_INFINITY]) {
      await expect(db.value('select 1', [], { timeoutMs })).rejects.toMatchObject({ code: 'option_invalid' })
    }
  })

  test('anything that would change the session for later queries is refused', async () => {
    for (const text of ['set search_path = x', '/* a */ SET SESSION x.y = 1', 'reset all', 'discard all', 'listen x']) {
      await expect(db.query(text as string)).rejects.toMatchObject({ code: 'session_setting' })
      await expect(db.tx(tx => tx.query(text as string))).rejects.toMatchObject({ code: 'session_setting' })
    }
    const local = await db.tx(async tx => {
      await tx.execute("set local statement_timeout = '7s'")
      return tx.value('show statement_timeout')
    })
    expect(local).toBe('7s')
  })

  test('a column called __proto__ is a column like any other', async () => {
    const row = await db.one('select 1 as "__proto__"')
    expect(Object.getOwnPropertyDescriptor(row, '__proto__')?.value).toBe(1)
  })
})

describe('transactions', () => {
  test('commit when the callback returns, roll back when it throws', async () => {
    await db.tx(tx => tx.execute('insert into users (name) values ($1)', ['kept']))
    await expect(
      db.tx(async tx => {
        await tx.execute('insert into users (name) values ($1)', ['lost'])
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await db.many("select name from users where name in ('kept', 'lost')")).toEqual([{ name: 'kept' }])
  })

  test('a nested one is a savepoint', async () => {
    await db.tx(async tx => {
      await tx.execute("insert into users (name) values ('outer')")
      await expect(tx.tx(inner => inner.execute("insert into users (name) values ('outer')"))).rejects.toMatchObject({
        code: 'unique_violation',
        status: 409,
      })
      expect(await tx.value("select count(*) from users where name = 'outer'")).toBe(1n)
    })
  })
})
