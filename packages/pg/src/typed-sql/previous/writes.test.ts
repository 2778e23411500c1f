import { expect, test } from 'vitest'
import { effectsOf, type Write } from './writes.ts'

const column = (name: string, value: string) => ({ name, value })

test.each<[string, unknown[]]>([
  ['insert into t values (1)', [{ event: 'insert', table: 't', columns: undefined }]],
  ['insert into s.t default values', [{ event: 'insert', table: 's.t', columns: [] }]],
  [
    "insert into t (a, b, c, d, e) values ($1, null, default, 'x', 1::int)",
    [
      {
        event: 'insert',
        table: 't',
        columns: [
          column('a', 'unknown'),
          column('b', 'null'),
          column('c', 'default'),
          column('d', 'constant'),
          column('e', 'constant'),
        ],
      },
    ],
  ],
  [
    // Of several rows, what is most likely to be refused.
    "insert into t (a, b, c, d) values (1, 1, 1, 'x'), (null, default, $1, 'y'), (default, $1, 1, 'z')",
    [
      {
        event: 'insert',
        table: 't',
        columns: [column('a', 'null'), column('b', 'default'), column('c', 'unknown'), column('d', 'constant')],
      },
    ],
  ],
  ['insert into t (a) select b from u', [{ event: 'insert', table: 't', columns: [column('a', 'unknown')] }]],
  [
    'insert into t (a) values (1) on conflict (a) do update set b = default, c = null',
    [
      { event: 'insert', table: 't', columns: [column('a', 'constant')] },
      { event: 'update', table: 't', columns: [column('b', 'default'), column('c', 'null')] },
    ],
  ],
  [
    'insert into t (a) values (1) on conflict do nothing',
    [{ event: 'insert', table: 't', columns: [column('a', 'constant')] }],
  ],
  ['update t set a = null::text', [{ event: 'update', table: 't', columns: [column('a', 'null')] }]],
  ['delete from s.t where a = 1', [{ event: 'delete', table: 's.t', columns: [] }]],
  [
    'merge into t using u on t.id = u.id when matched and u.a then update set a = u.b when matched then delete',
    [
      { event: 'update', table: 't', columns: [column('a', 'unknown')] },
      { event: 'delete', table: 't', columns: [] },
    ],
  ],
  [
    'merge into t using u on t.id = u.id when matched then do nothing when not matched then insert (a, b) values (1, default)',
    [{ event: 'insert', table: 't', columns: [column('a', 'constant'), column('b', 'default')] }],
  ],
  [
    'merge into t using u on t.id = u.id when not matched then insert values (1)',
    [{ event: 'insert', table: 't', columns: undefined }],
  ],
  [
    'merge into t using u on t.id = u.id when not matched then insert default values',
    [{ event: 'insert', table: 't', columns: [] }],
  ],
  ['select 1', []],
  ['no sql at all', []],
])('%s', async (text, writes) => {
  expect((await effectsOf(text)).writes).toEqual(writes as Write[])
})

test('a write in WITH counts, and every table that a query names', async () => {
  const { writes, tables } = await effectsOf(
    'with gone as (delete from a returning id) insert into s.b (x) select id from gone join c using (id)',
  )
  expect(writes.map(({ event, table }) => `${event} ${table}`)).toEqual(['insert s.b', 'delete a'])
  expect([...tables].sort()).toEqual(['a', 'c', 'gone', 's.b'])
})
