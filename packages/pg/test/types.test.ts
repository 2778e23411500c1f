import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createPg, json, type Param } from '../src/index.ts'
import { poolOptions, readAll, rejection } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn, db } = await openDatabase()

const echo = (type: string, value: Param) => db.value(`select $1::${type}` as string, [value])

describe('a value comes back as it went in:', () => {
  const bytes = Buffer.from([0, 1, 127, 128, 255])
  test.for<[string, Param, unknown]>([
    ['int8', 9223372036854775807n, 9223372036854775807n],
    ['int8', -9223372036854775808n, -9223372036854775808n],
    ['int8', 5, 5n],
    ['int4', 2147483647, 2147483647],
    ['int2', -32768, -32768],
    ['oid', 4294967295, 4294967295],
    ['numeric', '1e-20', '0.00000000000000000001'],
    ['numeric', '123456789012345678901234567890.123456789', '123456789012345678901234567890.123456789'],
    ['numeric', 'NaN', 'NaN'],
    ['float8', 0.1, 0.1],
    ['float8', 1e-20, 1e-20],
    ['float8', Number.NaN, Number.NaN],
    ['float8', Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ['float8', -0, -0],
    ['float4', 0.5, 0.5],
    ['bool', true, true],
    ['bool', false, false],
    ['text', '', ''],
    ['text', 'NULL', 'NULL'],
    ['text', 'a\'b"c\\d\n\té😀\u2028', 'a\'b"c\\d\n\té😀\u2028'],
    ['bytea', bytes, bytes],
    ['uuid', '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0', '0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0'],
    ['date', '2024-02-29', '2024-02-29'],
    ['date', '0044-03-15 BC', '0044-03-15 BC'],
    ['time', '23:59:59.999999', '23:59:59.999999'],
    ['timestamp', '2024-03-10 02:30:00', '2024-03-10 02:30:00'],
    ['interval', '1 year 2 mons 3 days 04:05:06.7', '1 year 2 mons 3 days 04:05:06.7'],
    ['int4range', '[1,5)', '[1,5)'],
    ['inet', '192.168.0.1/24', '192.168.0.1/24'],
    ['int8[]', [9223372036854775807n, null], [9223372036854775807n, null]],
    ['numeric[]', ['1e-20', 'NaN', null], ['0.00000000000000000001', 'NaN', null]],
    ['float8[]', [Number.NaN, 1.5, Number.POSITIVE_INFINITY], [Number.NaN, 1.5, Number.POSITIVE_INFINITY]],
    ['text[]', ['', 'NULL', 'a"b', 'c\\d', '{x,y}', ' ', null], ['', 'NULL', 'a"b', 'c\\d', '{x,y}', ' ', null]],
    ['bool[]', [true, false], [true, false]],
    ['bytea[]', [bytes, null], [bytes, null]],
    ['int4[]', [], []],
    [
      'int4[]',
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2],
        [3, 4],
      ],
    ],
    ['date[]', ['2024-02-29'], ['2024-02-29']],
    ['jsonb', json({ a: [1, 'x', null, true] }), { a: [1, 'x', null, true] }],
    ['json', json([]), []],
    ['jsonb', json(null), null],
    ['jsonb', json('text'), 'text'],
    ['jsonb[]', [json({ a: 1 }), json([2])], [{ a: 1 }, [2]]],
  ])('%s %o', async ([type, value, expected]) => {
    expect(await echo(type, value)).toEqual(expected)
    expect(await echo(type, null)).toBeNull()
  })
})

describe('numbers', () => {
  test('count is a bigint, unless the pool is configured otherwise', async () => {
    expect(await db.value('select count(*) from pg_class')).toBeTypeOf('bigint')
    await using strings = createPg({ dsn, types: { int8: 'string' } })
    expect(await strings.value('select 9223372036854775807')).toBe('9223372036854775807')
    await using numbers = createPg({ dsn, types: { int8: 'number' } })
    expect(await numbers.value('select 5::int8')).toBe(5)
    expect(await rejection(numbers.value('select 9223372036854775807 as big'))).toMatchObject({
      code: 'value_unrepresentable',
      message: expect.stringContaining('"big"'),
    })
    expect(await numbers.value('select 6::int8')).toBe(6)
  })

  test('integers in JSON that no double can hold arrive whole', async () => {
    expect(await db.value(`select '{"id": 9007199254740993, "n": 1, "f": 1.5}'::jsonb`)).toEqual({
      id: 9007199254740993n,
      n: 1,
      f: 1.5,
    })
    expect(await echo('jsonb', json({ id: 9007199254740993n }))).toEqual({ id: 9007199254740993n })
    expect(await db.value('select $1::jsonb::text', [json([9007199254740993n])])).toBe('[9007199254740993]')
  })
})

describe('times', () => {
  test.for([
    '2024-01-01T00:00:00.000Z',
    '1969-12-31T23:59:59.999Z',
    '1883-11-18T12:00:00.000Z',
    '0001-01-01T00:00:00.000Z',
    '-000043-03-15T12:34:56.789Z',
    '+012345-06-07T08:09:10.111Z',
  ])('the instant %s comes back as it went in', async iso => {
    const date = new Date(iso)
    expect(await echo('timestamptz', date)).toEqual(date)
    expect(await echo('timestamptz[]', [date, null])).toEqual([date, null])
  })

  test('an instant is the same in every time zone of the server', async () => {
    for (const zone of ['UTC', 'Asia/Kolkata', 'America/St_Johns', 'Pacific/Apia']) {
      const value = await db.tx(async tx => {
        await tx.execute(`set local time zone '${zone}'` as string)
        return tx.value(`select '1890-01-01 00:00:00.123456+00'::timestamptz`)
      })
      expect(value).toEqual(new Date('1890-01-01T00:00:00.123Z'))
    }
  })

  test('a value that a Date cannot hold is an error that says so, or text if configured', async () => {
    const infinite = `select 'infinity'::timestamptz as until`
    expect(await rejection(db.value(infinite))).toMatchObject({
      code: 'value_unrepresentable',
      message: expect.stringMatching(/"until".*infinity.*types\.timestamptz/),
    })
    await using text = createPg({ dsn, types: { timestamptz: 'string' } })
    expect(await text.value(infinite)).toBe('infinity')
    expect(await text.value(`select '2024-01-01 00:00:00.123456+00'::timestamptz`)).toBe(
      '2024-01-01 00:00:00.123456+00',
    )
  })

  test('mean the same in every zone the process may run in', async () => {
    const program = `
      import { createPg } from '@arlen/pg'
      const db = createPg(process.argv[1])
      const row = await db.one(\`select '2024-03-10'::date as d, '2024-03-10 02:30:00'::timestamp as t,
        '2011-12-30 12:00:00+00'::timestamptz as z, $1::timestamptz as p, $1::timestamp as local, $1::date as day\`,
        [new Date('2011-12-30T01:30:00.000Z')])
      console.log(JSON.stringify({ ...row, z: row.z.toISOString(), p: row.p.toISOString() }))
      await db.close()`
    const run = promisify(execFile)
    const outputs = await Promise.all(
      ['UTC', 'America/St_Johns', 'Pacific/Apia'].map(async TZ => {
        const args = ['--conditions=@arlen/source', '--input-type=module', '-e', program, dsn]
        const { stdout } = await run(process.execPath, args, { env: { ...process.env, TZ }, cwd: import.meta.dirname })
        return stdout
      }),
    )
    expect(new Set(outputs).size).toBe(1)
    expect(JSON.parse(outputs[0]!)).toEqual({
      d: '2024-03-10',
      t: '2024-03-10 02:30:00',
      z: '2011-12-30T12:00:00.000Z',
      p: '2011-12-30T01:30:00.000Z',
      local: '2011-12-30 01:30:00',
      day: '2011-12-30',
    })
  })
})

describe('parameters that cannot be what was meant', () => {
  test.for<[string, unknown, string]>([
    ['an array where the column is jsonb', [1, 2], 'parameter_needs_json'],
    ['an empty array where the column is jsonb', [], 'parameter_needs_json'],
    ['a bare object', { a: 1 }, 'parameter_needs_json'],
    ['undefined', undefined, 'parameter_undefined'],
    ['a function', () => 1, 'parameter_invalid'],
    ['a symbol', Symbol('x'), 'parameter_invalid'],
    ['an invalid Date', new Date(Number.NaN), 'parameter_invalid'],
    ['text with a NUL', 'a\0b', 'text_with_nul'],
    ['JSON of nothing', json(undefined), 'parameter_invalid'],
    ['JSON of what contains itself', json(globalThis), 'parameter_invalid'],
  ])('%s is an error that names the parameter', async ([, value, code]) => {
    const error = await rejection(db.query('select $1::int, $2::jsonb', [1, value as Param]))
    expect(error).toMatchObject({ code, message: expect.stringContaining('$2') })
    expect(await db.value('select 1')).toBe(1)
  })

  test('undefined in an array', async () => {
    const values = [1, [undefined]] as unknown as Param[]
    expect(await rejection(db.query('select $1::int, $2::text[]', values))).toMatchObject({
      code: 'parameter_undefined',
    })
  })

  test('more of them than the protocol can count', async () => {
    const values = Array.from({ length: 65_536 }, () => 1)
    expect(await rejection(db.query('select 1', values))).toMatchObject({
      code: 'parameter_invalid',
      message: expect.stringContaining('unnest'),
    })
  })

  test('values must be an array', async () => {
    expect(await rejection(db.query('select $1', 'x' as never))).toMatchObject({ code: 'parameter_invalid' })
  })
})

test('arrays of an application’s own types are arrays, from the first query on', async () => {
  await db.execute("create type mood as enum ('so so', 'good')")
  await db.execute('create domain positive as int check (value > 0)')
  await db.execute('create domain small as positive check (value < 10)')
  const text = `select '{"so so",NULL}'::mood[] as moods, 'good'::mood as mood, '{1,2}'::small[] as small, null::mood[] as none,
    array['[1,2)'::int4range] as ranges`
  const expected = {
    moods: ['so so', null],
    mood: 'good',
    small: [1, 2],
    none: null,
    ranges: ['[1,2)'],
  }
  for (let i = 0; i < 3; i++) expect(await db.many(text)).toMatchObject([expected])
  await using fresh = createPg(poolOptions(dsn))
  const all = await Promise.all(Array.from({ length: 20 }, () => fresh.one(text)))
  for (const row of all) expect(row).toMatchObject(expected)
  expect(await fresh.tx(tx => tx.one(text))).toMatchObject(expected)
  await using streaming = createPg(poolOptions(dsn))
  const moods = await readAll(
    streaming.stream("select array['good'::mood] as m from generate_series(1, 5)", [], { batch: 2 }),
  )
  expect(moods).toEqual(Array(5).fill({ m: ['good'] }))
  expect(await db.value('select $1::mood[]', [['good', 'so so']])).toEqual(['good', 'so so'])
})

test('parsers belong to the pool that has them', async () => {
  await using points = createPg({
    dsn,
    types: { custom: { 600: text => text.slice(1, -1).split(',').map(Number) } },
  })
  expect(await points.value("select '(1,2)'::point")).toEqual([1, 2])
  expect(await db.value("select '(1,2)'::point")).toBe('(1,2)')
})
