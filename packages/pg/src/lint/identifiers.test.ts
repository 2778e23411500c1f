import { expect, test } from 'vitest'
import { typeText } from './identifiers.ts'
import { list, parseSql, tree } from './parser.ts'

/** The type as it is written again after it was read. */
async function rewritten(type: string): Promise<string> {
  const [statement] = await parseSql(`create table t (a ${type})`)
  return typeText(tree(list(statement!.node.tableElts)[0]!.ColumnDef).typeName)
}

const UNCHANGED = [
  'smallint',
  'integer',
  'bigint',
  'real',
  'double precision',
  'boolean',
  'text',
  'varchar(20)',
  'char(3)',
  'numeric(8, 2)',
  'numeric(8, 0)',
  'integer[]',
  'varchar(20)[]',
  'timestamp(0)',
  'timestamptz(3)',
  's.own',
  '"Own"(1, 2)',
  'interval',
  'interval(3)',
  'interval second(3)',
  'interval day to second(3)',
  ...['year', 'month', 'day', 'hour', 'minute', 'second'].map(field => `interval ${field}`),
  ...['year to month', 'day to hour', 'day to minute', 'day to second'].map(fields => `interval ${fields}`),
  ...['hour to minute', 'hour to second', 'minute to second'].map(fields => `interval ${fields}`),
]
test.each(UNCHANGED)('%s stays as it is', async type => {
  expect(await rewritten(type)).toBe(type)
})

test.each([
  ['int', 'integer'],
  ['int4', 'integer'],
  ['int8', 'bigint'],
  ['int2', 'smallint'],
  ['float4', 'real'],
  ['float', 'double precision'],
  ['bool', 'boolean'],
  ['decimal(8)', 'numeric(8)'],
  ['character varying (3)', 'varchar(3)'],
  ['character', 'char(1)'],
  ['timestamp(3) with time zone', 'timestamptz(3)'],
  ['public.own', 'own'],
  ['pg_catalog.int4', 'integer'],
  ['serial', 'integer'],
  ['serial4', 'integer'],
  ['bigserial', 'bigint'],
  ['serial8', 'bigint'],
  ['smallserial', 'smallint'],
  ['serial2', 'smallint'],
])('%s is written as %s', async (type, text) => {
  expect(await rewritten(type)).toBe(text)
})
