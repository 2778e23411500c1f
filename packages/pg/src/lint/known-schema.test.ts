import { expect, test } from 'vitest'
import { columnOf, widens } from './known-schema.ts'
import { list, parseSql, tree } from './parser.ts'

/** The column `a` of a table that is made with this type. */
async function column(type: string) {
  const [statement] = await parseSql(`create table t (a ${type})`)
  return columnOf(tree(list(statement!.node.tableElts)[0]!.ColumnDef).typeName)
}

test.each([
  ['varchar(10)', 'varchar(20)', true],
  ['varchar(10)', 'varchar(10)', true],
  ['varchar(20)', 'varchar(10)', false],
  ['varchar(10)', 'varchar', true],
  ['varchar', 'varchar(10)', false],
  ['varchar(10)', 'text', true],
  ['text', 'varchar', true],
  ['text', 'varchar(10)', false],
  ['text', 'citext', false],
  ['numeric(8, 2)', 'numeric(10, 2)', true],
  ['numeric(8, 2)', 'numeric(10, 3)', false],
  ['numeric(8, 2)', 'numeric(7, 2)', false],
  ['numeric(8)', 'numeric(8)', true],
  ['numeric(8, 2)', 'numeric', true],
  ['numeric', 'numeric(8, 2)', false],
  ['int', 'bigint', false],
  ['int', 'int', true],
  ['char(3)', 'char(3)', true],
  ['char(3)', 'char(4)', false],
  ...['varbit', 'timestamp', 'timestamptz', 'time', 'timetz', 'interval'].flatMap(
    (type): [string, string, boolean][] => [
      [`${type}(3)`, `${type}(6)`, true],
      [`${type}(3)`, `${type}(3)`, true],
      [`${type}(6)`, `${type}(3)`, false],
      [`${type}(3)`, type, true],
      [type, `${type}(3)`, false],
    ],
  ),
  ['timestamp(0)', 'timestamp(1)', true],
  ['timestamp(1)', 'timestamp(0)', false],
  ['interval year', 'interval', true],
  ['interval day to second(3)', 'interval(6)', true],
  ['interval day to second(6)', 'interval(3)', false],
  ['interval', 'interval year', false],
  ['interval year', 'interval month', false],
  ['timestamp', 'timestamptz', false],
  ['varchar(10)[]', 'varchar(20)[]', false],
])('a column of %s becomes %s without a rewrite: %j', async (from, to, isWider) => {
  expect(widens(await column(from), await column(to))).toBe(isWider)
})
