import { expect, test } from 'vitest'
import { parametersOf } from './inspection.ts'

test.each([
  ['select 1', 0],
  ['select * from t where a = $1 and b = $12', 12],
  ['select \'$1\', "$2" from t -- $3', 0],
  ["select 'it''s $4', $1 /* $5 */", 1],
  ['select $$ $1 $$, $body$ $2 $body$, $1', 1],
])('%s has %d parameters', (sql, count) => {
  expect(parametersOf(sql)).toBe(count)
})
