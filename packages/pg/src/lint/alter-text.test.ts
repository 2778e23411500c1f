import { expect, test } from 'vitest'
import { splitAlter } from './alter-text.ts'

test.each<[text: string, head: string, commands: string[]]>([
  ['alter table t add a int, drop b', 'alter table t', ['add a int', 'drop b']],
  [
    'alter table t add a numeric(1, 2), add b int[1, 2], drop c',
    'alter table t',
    ['add a numeric(1, 2)', 'add b int[1, 2]', 'drop c'],
  ],
  [
    'alter table t add a int default f(1, (2), 3) , drop b',
    'alter table t',
    ['add a int default f(1, (2), 3)', 'drop b'],
  ],
  [
    'alter table t add a text default \'x, y\' /* a, b */, drop "c, d"',
    'alter table t',
    ["add a text default 'x, y' /* a, b */", 'drop "c, d"'],
  ],
  [
    'ALTER  TABLE IF EXISTS ONLY "a ""b""" . t * add c int',
    'ALTER  TABLE IF EXISTS ONLY "a ""b""" . t *',
    ['add c int'],
  ],
  ['alter foreign table é_1$.t drop a', 'alter foreign table é_1$.t', ['drop a']],
  ['alter materialized view v set (a = 1)', 'alter materialized view v', ['set (a = 1)']],
  ['alter sequence s owner to o', 'alter sequence s', ['owner to o']],
  ['alter index i rename to j', 'alter index i', ['rename to j']],
  ['alter type x add value a, b', 'alter type x add value a, b', ['alter type x add value a, b']],
  ['', '', ['']],
])('%s', (text, head, commands) => {
  expect(splitAlter(text)).toEqual({ head, commands })
})
