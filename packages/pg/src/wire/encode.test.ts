import { describe, expect, test } from 'vitest'
import { json } from '../sql/sql.ts'
import { encodeAll, needsTypes } from './encode.ts'

const type = (base: number, element = 0) => ({ base, element })
const INT8 = 20
const TEXT = 25
const one = (value: unknown, of?: ReturnType<typeof type>) => encodeAll([value], of && [of])[0]

describe('what cannot be bound says which parameter it is, why, and what to bind instead:', () => {
  const cases: [value: unknown, of: ReturnType<typeof type> | undefined, message: string][] = [
    [
      undefined,
      undefined,
      'Parameter $2 is undefined. Bind null for SQL NULL; undefined is nearly always a misspelled property.',
    ],
    [
      [1],
      type(114),
      'Parameter $2 is an array: for json, bind json(value). Plain arrays become PostgreSQL arrays, and plain objects have no SQL form.',
    ],
    [
      [1],
      type(3802),
      'Parameter $2 is an array: for jsonb, bind json(value). Plain arrays become PostgreSQL arrays, and plain objects have no SQL form.',
    ],
    [
      [1],
      type(TEXT),
      'Parameter $2 cannot be bound: it is an array, and its type in the query is none. Cast it, such as to $2::text[].',
    ],
    [
      {},
      undefined,
      'Parameter $2 is a bare object: for PostgreSQL, bind json(value). Plain arrays become PostgreSQL arrays, and plain objects have no SQL form.',
    ],
    [new Date(Number.NaN), undefined, 'Parameter $2 cannot be bound: it is an invalid Date.'],
    [
      2 ** 53,
      type(INT8),
      'Parameter $2 cannot be bound: 9007199254740992 is beyond 2^53, where a number is not exact. Use a bigint.',
    ],
    [
      -(2 ** 53),
      type(INT8),
      'Parameter $2 cannot be bound: -9007199254740992 is beyond 2^53, where a number is not exact. Use a bigint.',
    ],
    [
      new Uint8Array(1),
      type(TEXT),
      'Parameter $2 cannot be bound: it is bytes, and its type in the query is not bytea. Bind its text, such as buffer.toString(), or cast it to $2::bytea.',
    ],
    [new Set([1]), undefined, 'Parameter $2 cannot be bound: it is a Set; bind an array: [...set].'],
    [new Map(), undefined, 'Parameter $2 cannot be bound: it is a Map; bind json(Object.fromEntries(map)).'],
    [new ArrayBuffer(1), undefined, 'Parameter $2 cannot be bound: it is an ArrayBuffer; bind new Uint8Array(buffer).'],
    [
      new Float64Array(1),
      undefined,
      'Parameter $2 cannot be bound: it is a Float64Array; bind an array, or its bytes: new Uint8Array(view.buffer).',
    ],
    [
      { [Symbol.toStringTag]: 'Temporal.PlainYearMonth' },
      undefined,
      'Parameter $2 cannot be bound: it has no counterpart among the types of PostgreSQL; bind its text.',
    ],
    [Symbol('x'), undefined, 'Parameter $2 cannot be bound: it is a symbol.'],
    [() => 1, undefined, 'Parameter $2 cannot be bound: it is a function.'],
    [json(undefined), undefined, 'Parameter $2 cannot be bound: json(undefined) has no JSON text.'],
    [
      '\ud800',
      undefined,
      'A text contains half of a character (a lone surrogate), which cannot be stored. It is parameter $2.',
    ],
    ['a\0', undefined, 'A text contains the character U+0000, which cannot be stored. It is parameter $2.'],
  ]
  test.each(cases)('%#', (value, of, message) => {
    expect(() => encodeAll([1, value], [type(INT8), of as never])).toThrow(expect.objectContaining({ message }))
  })

  test('a circle in JSON', () => {
    const circle: { self?: object } = {}
    circle.self = circle
    expect(() => one(json(circle))).toThrow(/^Parameter \$1 cannot be bound: json\(\) of it fails: .*circular/)
  })

  test('too many', () => {
    expect(encodeAll(new Array(65_535).fill(1))).toHaveLength(65_535)
    expect(() => encodeAll(new Array(65_536).fill(1))).toThrow(
      'Parameter $65536 cannot be bound: there are 65536, and a query takes 65,535. Pass arrays: select * from unnest($1::int[], $2::text[]).',
    )
  })
})

test.each<[unknown, unknown]>([
  [null, null],
  ['a', 'a'],
  [1, '1'],
  [-0, '-0'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [2 ** 53 - 1, '9007199254740991'],
  [2n ** 63n, '9223372036854775808'],
  [true, 'true'],
  [[], '{}'],
  [[1, null, 'a"\\', [true, 2n]], '{1,NULL,"a\\"\\\\",{true,2}}'],
  [[Buffer.from('a')], '{"\\\\x61"}'],
  [json({ a: 2n ** 60n }), '{"a":1152921504606846976}'],
  [new Date(0), '1970-01-01T00:00:00.000+00'],
  [new Date('0001-01-01T00:00:00Z'), '0001-01-01T00:00:00.000+00'],
  [new Date('0000-01-01T00:00:00Z'), '0001-01-01T00:00:00.000+00 BC'],
  [new Date('-000001-01-01T00:00:00Z'), '0002-01-01T00:00:00.000+00 BC'],
  [new Date('+012345-01-01T00:00:00Z'), '12345-01-01T00:00:00.000+00'],
])('%# is sent as %s', (value, sent) => {
  expect(one(value)).toEqual(sent)
})

test('numbers beyond 2^53 are sent as they are where the column is no int8', () => {
  expect(one(2 ** 60, type(701))).toBe(String(2 ** 60))
  expect(one(2 ** 53 - 1, type(INT8))).toBe('9007199254740991')
  expect(one(1e300, type(INT8 + 1))).toBe('1e+300')
})

test.each([17, 2950, 16_384])('bytes may be bound to the type %d', oid => {
  expect(one(new Uint8Array([1]), type(oid))).toEqual(Buffer.from([1]))
})

test.each([
  [[1, 'a', null, true, 1n, new Date()], false],
  [[2 ** 53 - 1, -(2 ** 53 - 1), Number.NaN, Number.POSITIVE_INFINITY], false],
  [[2 ** 53], true],
  [[-(2 ** 53)], true],
  [[[1]], true],
  [[new Uint8Array(1)], true],
  [['a', new DataView(new ArrayBuffer(1))], true],
])('whether the types of the parameters must be known first, of the values %#', (values, needs) => {
  expect(needsTypes(values)).toBe(needs)
})
