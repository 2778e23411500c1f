import { describe, expect, test } from 'vitest'
import { TypeNames } from '../src/typed-sql/type-names.ts'
import { openDatabase } from './open-database.ts'

const { db } = await openDatabase(
  "create type mood as enum ('sad', 'it''s ok'); create domain age as int4; create domain older as age",
)
const oidOf = (type: string) => db.value<number>('select $1::regtype::oid', [type])

const named = await TypeNames.load(db, {})

describe('with the default settings', () => {
  test.each([
    ['bool', 'boolean', 'boolean'],
    ['int2', 'number', 'number'],
    ['int4', 'number', 'number'],
    ['oid', 'number', 'number'],
    ['float4', 'number', 'number'],
    ['float8', 'number', 'number'],
    ['int8', 'bigint | number', 'bigint'],
    ['numeric', 'string | number | bigint', 'string'],
    ['bytea', 'Uint8Array', 'Buffer'],
    ['timestamptz', 'Date | string', 'Date'],
    ['timestamp', 'Date | string', 'string'],
    ['date', 'Date | string', 'string'],
    ['json', 'JsonParam | string', 'unknown'],
    ['jsonb', 'JsonParam | string', 'unknown'],
    ['text', 'string', 'string'],
    ['uuid', 'string', 'string'],
    ['mood', '"sad" | "it\'s ok"', '"sad" | "it\'s ok"'],
    ['older', 'number', 'number'],
    ['int4[]', 'readonly (number | null)[]', '(number | null)[]'],
    ['bytea[]', 'readonly (Uint8Array | null)[]', '(Buffer | null)[]'],
    ['box[]', 'readonly (string | null)[]', 'string'], // its values are separated by semicolons, which pg does not read
  ])('%s takes %s and gives %s', async (type, input, output) => {
    const oid = await oidOf(type)
    expect([named.input(oid), named.output(oid)]).toEqual([input, output])
  })
})

test.each([
  [{ int8: 'number' }, 'int8', 'number'],
  [{ int8: 'string' }, 'int8', 'string'],
  [{ timestamptz: 'string' }, 'timestamptz', 'string'],
  [{ json: 'string' }, 'json', 'string'],
  [{ json: 'string' }, 'jsonb', 'string'],
] as const)('with %o, %s gives %s', async (settings, type, output) => {
  expect((await TypeNames.load(db, settings)).output(await oidOf(type))).toBe(output)
})
