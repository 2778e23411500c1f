import { describe, expect, test } from 'vitest'
import { copyRows, createPg, json, type Param } from '../src/index.ts'
import { poolOptions, rejection } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn, name, db } = await openDatabase(`
  create domain document as jsonb;
  create domain report as document;
  create domain tags as text[];
  create domain title as text;
  create domain big as int8;
`)

describe('a value is bound as it is meant, or refused:', () => {
  test.for<[string, string, unknown, string]>([
    ['an array for a domain over jsonb', 'document', [1], 'parameter_needs_json'],
    ['an array for a domain over a domain over jsonb', 'report', [], 'parameter_needs_json'],
    ['an array for text', 'text', ['a'], 'parameter_invalid'],
    ['an array for a domain over text', 'title', ['a'], 'parameter_invalid'],
    ['an array for a number', 'int', [1], 'parameter_invalid'],
    ['an array for a point', 'point', [1, 2], 'parameter_invalid'],
    ['a number beyond 2^53 for int8', 'int8', 2 ** 53, 'parameter_invalid'],
    ['a number beyond -2^53 for a domain over int8', 'big', -(2 ** 60), 'parameter_invalid'],
    ['a number beyond 2^53 in an array of int8', 'int8[]', [1, 2 ** 53], 'parameter_invalid'],
    ['a lone surrogate', 'text', 'a\ud83d', 'text_malformed'],
    ['a lone surrogate in an array', 'text[]', ['\ude00'], 'text_malformed'],
    ['a Set', 'text', new Set(['a']), 'parameter_invalid'],
    ['a Map', 'text', new Map([['a', 1]]), 'parameter_invalid'],
    ['an ArrayBuffer', 'bytea', new ArrayBuffer(2), 'parameter_invalid'],
    ['a view of numbers', 'bytea', new Float64Array(2), 'parameter_invalid'],
    ['bytes for a number, whose binary form they may be', 'int', Buffer.from([0, 0, 0, 1]), 'parameter_invalid'],
    ['bytes for text', 'text', Buffer.from('a'), 'parameter_invalid'],
    ['bytes for a domain over jsonb', 'document', new Uint8Array([123, 125]), 'parameter_invalid'],
    ['bytes in an array of text', 'text[]', [Buffer.from('a')], 'parameter_invalid'],
  ])('%s', async ([, type, value, code]) => {
    for (let i = 0; i < 3; i++) {
      const error = await rejection(db.query(`select $1::${type}` as string, [value as Param]))
      expect(error).toMatchObject({ code, message: expect.stringContaining('$1') })
    }
    expect(await db.value('select 1')).toBe(1)
  })

  test.for<[string, Param, unknown]>([
    ['document', json([1]), [1]],
    ['tags', ['a', 'b,c'], ['a', 'b,c']],
    ['int8', Number.MAX_SAFE_INTEGER, BigInt(Number.MAX_SAFE_INTEGER)],
    ['float8', 2 ** 60, 2 ** 60],
    ['numeric', 1e21, '1000000000000000000000'],
    ['float8[]', [1e300], [1e300]],
    ['text', '😀', '😀'],
    ['bytea', new DataView(new Uint8Array([1, 2, 3]).buffer, 1), Buffer.from([2, 3])],
    ['bytea[]', [Buffer.from([0]), null], [Buffer.from([0]), null]],
    ['uuid', Buffer.alloc(16, 1), '01010101-0101-0101-0101-010101010101'],
  ])('%s takes %o', async ([type, value, expected]) => {
    for (let i = 0; i < 3; i++) expect(await db.value(`select $1::${type}` as string, [value])).toEqual(expected)
  })
})

/** Not in every Node.js, nor in TypeScript's library yet. */
const { Temporal } = globalThis as unknown as { Temporal?: Record<string, { from(text: string): Param }> }

describe.skipIf(Temporal === undefined)('values of Temporal have a type each (needs Node.js 26):', () => {
  test.each<[string, string, string]>([
    ['Instant.from("2026-01-02T03:04:05.678901Z")', 'timestamptz', '2026-01-02 03:04:05.678901+00'],
    ['ZonedDateTime.from("2026-01-02T03:04:05+01:00[Europe/Paris]")', 'timestamptz', '2026-01-02 02:04:05+00'],
    ['PlainDateTime.from("2026-01-02T03:04:05")', 'timestamp', '2026-01-02 03:04:05'],
    ['PlainDate.from("2026-01-02")', 'date', '2026-01-02'],
    ['PlainDate.from("-000043-03-15")', 'date', '0044-03-15 BC'],
    ['PlainDate.from("+012026-01-02")', 'date', '12026-01-02'],
    ['PlainTime.from("03:04:05.5")', 'time', '03:04:05.5'],
    ['Duration.from("P1Y2M3DT4H5M6.5S")', 'interval', '1 year 2 mons 3 days 04:05:06.5'],
    ['Duration.from("-P1Y2M3DT4H5M6.5S")', 'interval', '-1 years -2 mons -3 days -04:05:06.5'],
  ])('%s', async (source, type, expected) => {
    const [, name = '', text = ''] = /^(\w+)\.from\("(.*)"\)$/.exec(source) ?? []
    const value = Temporal![name]!.from(text)
    await using utc = createPg({ ...poolOptions(dsn), types: { timestamptz: 'string' } })
    expect(await utc.value(`select $1::${type}::text` as string, [value])).toBe(expected)
    expect(await utc.value(`select ($1::${type}[])::text` as string, [[value]])).toContain(expected)
  })

  test('one without a counterpart is an error', async () => {
    const value = Temporal!.PlainYearMonth!.from('2026-01')
    expect(await rejection(db.query('select $1::text', [value]))).toMatchObject({ code: 'parameter_invalid' })
  })
})

describe('copyRows', () => {
  test('writes every value as a parameter is written', async () => {
    const row: Param[] = [
      new Date(Date.UTC(-43, 2, 15)),
      Buffer.from([0, 92, 255]),
      ['a\tb', null, 'c"\\'],
      json({ a: [1n] }),
      -0,
      12345678901234567890n,
      '\\N\r\n',
      null,
    ]
    await db.execute(
      'create table copied (a timestamptz, b bytea, c text[], d jsonb, e float8, f numeric, g text, h int)',
    )
    expect(await db.copyFrom('copy copied from stdin', copyRows([row, row]))).toBe(2)
    const [found] = await db.many('select a::text, b, c, d, e, f, g, h from copied')
    expect(found).toEqual({
      a: expect.stringMatching(/^0044-03-15 00:00:00.* BC$/),
      b: Buffer.from([0, 92, 255]),
      c: ['a\tb', null, 'c"\\'],
      d: { a: [1] },
      e: -0,
      f: '12345678901234567890',
      g: '\\N\r\n',
      h: null,
    })
  })

  test.each<[unknown, string]>([
    [undefined, 'parameter_undefined'],
    [{ a: 1 }, 'parameter_needs_json'],
    ['\ud800', 'text_malformed'],
    ['\0', 'text_with_nul'],
    [new Date(Number.NaN), 'parameter_invalid'],
    [[undefined], 'parameter_undefined'],
    [2 ** 53, 'parameter_invalid'],
    [[1, -(2 ** 60)], 'parameter_invalid'],
  ])('refuses %o, and names the column', (value, code) => {
    expect(() => [...copyRows([[1, value as Param]])]).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining('$2') }),
    )
  })
})

describe('if the session has other settings', () => {
  test('bytea is read by its prefix', async () => {
    await using escaped = createPg({ dsn, prepare: false, max: 1, sharedConnections: 0 })
    await escaped.execute(
      `alter role ${new URL(dsn).username} in database ${name} set bytea_output = 'escape'` as string,
    )
    try {
      await using db = createPg({ dsn, prepare: false })
      expect(await db.value("select current_setting('bytea_output')")).toBe('escape')
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
      expect(await db.value('select $1::bytea', [bytes])).toEqual(bytes)
      expect(await db.value("select '\\\\x41'::bytea")).toEqual(Buffer.from('\\x41'))
      expect(await db.value("select ''::bytea")).toEqual(Buffer.alloc(0))
    } finally {
      await escaped.execute(`alter role ${new URL(dsn).username} in database ${name} reset all` as string)
    }
  })

  test.each([
    ['datestyle', 'German'],
    ['intervalstyle', 'iso_8601'],
    ['extra_float_digits', '0'],
  ])('%s = %s is overridden, or refused where the session takes no settings', async (setting, value) => {
    const role = new URL(dsn).username
    await db.execute(`alter role ${role} in database ${name} set ${setting} = '${value}'` as string)
    try {
      await using usual = createPg({ dsn })
      expect(await usual.one("select '2026-01-02'::date as d, '1 day'::interval as i, 0.1::float8 + 0.2 as f")).toEqual(
        {
          d: '2026-01-02',
          i: '1 day',
          f: 0.30000000000000004,
        },
      )
      await using pooled = createPg({ dsn, prepare: false })
      expect(await rejection(pooled.query('select 1'))).toMatchObject({
        code: 'session_format',
        message: expect.stringContaining(`set ${setting} = `),
      })
    } finally {
      await db.execute(`alter role ${role} in database ${name} reset all` as string)
    }
  })
})
