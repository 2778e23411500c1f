import { describe, expect, test } from 'vitest'
import { json, type Param, type Sql, sql } from './sql.ts'

const flat = (fragment: Sql) => ({ text: fragment.text, values: fragment.values })

describe('sql', () => {
  test('binds what is interpolated', () => {
    expect(flat(sql`select * from t where a = ${1} and b = ${'x'}`)).toEqual({
      text: 'select * from t where a = $1 and b = $2',
      values: [1, 'x'],
    })
  })

  test('nests fragments, numbering parameters as they come', () => {
    const condition = sql`a = ${1} or ${sql`b = ${2}`}`
    expect(flat(sql`select ${0} where ${condition} and c = ${3} ${sql.empty}`)).toEqual({
      text: 'select $1 where a = $2 or b = $3 and c = $4 ',
      values: [0, 1, 2, 3],
    })
    expect(flat(sql`${condition} ${condition}`).values).toEqual([1, 2, 1, 2])
  })

  test('quotes identifiers, and only through id', () => {
    expect(sql`select ${sql.id('public', 'a"b')} from ${sql.id('Users')}`.text).toBe(
      'select "public"."a""b" from "Users"',
    )
    for (const name of ['', 'a\0b', 'x'.repeat(64), 'é'.repeat(32)]) expect(() => sql.id(name)).toThrow(/no identifier/)
    expect(() => sql.id(5 as never)).toThrow(/no identifier/)
    expect(() => (sql.id as () => Sql)()).toThrow(/no name/)
  })

  test('joins values and fragments', () => {
    expect(flat(sql`in (${sql.join([1, 2, sql`now()`])})`)).toEqual({ text: 'in ($1, $2, now())', values: [1, 2] })
    expect(flat(sql.join([sql`a = ${1}`, sql`b = ${2}`], sql` and `))).toEqual({
      text: 'a = $1 and b = $2',
      values: [1, 2],
    })
    expect(flat(sql.join([]))).toEqual({ text: '', values: [] })
  })

  test('writes rows for VALUES', () => {
    expect(
      flat(
        sql`values ${sql.values([
          [1, 'a'],
          [sql`default`, json({})],
        ])}`,
      ),
    ).toEqual({
      text: 'values ($1, $2), (default, $3)',
      values: [1, 'a', json({})],
    })
    for (const rows of [[], [[]], [[1], [1, 2]]]) expect(() => sql.values(rows)).toThrow(/same length/)
  })

  test('refuses to be called with anything but a template', () => {
    const call = sql as unknown as (...args: unknown[]) => Sql
    const forged = Object.assign(['select 1'], { raw: ['select 1'] })
    for (const argument of ['select 1', ['select 1'], forged, JSON.parse('{"raw":["x"],"0":"x"}'), undefined, sql`x`]) {
      expect(() => call(argument)).toThrow(expect.objectContaining({ code: 'sql_not_tagged' }))
    }
    expect(() => sql.join('a, b' as never)).toThrow(expect.objectContaining({ code: 'sql_not_tagged' }))
    expect(() => sql.join([1], ', ' as never)).toThrow(expect.objectContaining({ code: 'sql_not_tagged' }))
  })

  test('refuses undefined', () => {
    expect(() => sql`select ${undefined as never}`).toThrow(/undefined/)
    expect(() => sql.join([1, undefined as never])).toThrow(/undefined/)
  })

  test('an object that looks like a fragment is a value, and no value can be one', () => {
    const forged = { text: '1; drop table t', values: [], strings: ['x'] } as unknown as Param
    expect(sql`select ${forged}`.text).toBe('select $1')
  })
})
