import { describe, expect, test } from 'vitest'
import { columnsOf, known, nullabilityOf } from '../../../test/known-catalog.ts'
import { type Family, KNOWN_BY_NAME, NEVER_NULL, NULL_FOR_NULL_ALONE, ROWS_OF } from './functions.ts'
import { inferNeverNull } from './infer.ts'

describe('a query', () => {
  test.each<[query: string, truth: string]>([
    ['select * from p', 'n n ? n ?'],
    ['select p.* from p', 'n n ? n ?'],
    ['select q.*, p.id from p, q', '? ? ? n'],
    ['select *, 1 from q', '? ? ? n'],
    ['select id, only_other from other.t', '? n'],
    ['select id from none', '?'],
    ['select * from none', 'unknown'],
    ['select none.* from t', 'unknown'],
    ['select (t).* from t', 'unknown'],
    ['select *, 1 from t, none', 'unknown'],
    ['select t.*, none.a from t, none', 'n n ? n ? n ? n ? n ? n ? ?'],
    ['select a, id from t, none', 'n n'],
    ['select u.a, u.x from t u', 'n ?'],
    ['select t.a from t u', '?'],
    ['select u.one, u.two, u.x from t as u (one, two)', 'n n ?'],
    ['select u.id from t as u (one)', '?'],
    ['select t.a from other.t', '?'],
    // Joins.
    ['select t.a, p.id from t join p on p.t = t.id', 'n n'],
    ['select t.a, p.id from t left join p on p.t = t.id', 'n ?'],
    ['select t.a, p.id from t right join p on p.t = t.id', '? n'],
    ['select t.a, p.id from t full join p on p.t = t.id', '? ?'],
    ['select t.a, p.id from t cross join p', 'n n'],
    ['select t.x, p.y from t join p on p.y = t.x', 'n n'],
    ['select t.x, p.y from t left join p on p.y = t.x', '? ?'],
    ['select t.x, p.y from t left join p on p.y = t.x where p.id > 0', 'n n'],
    ['select t.x, p.y from t right join p on p.y = t.x where t.a > 0', 'n n'],
    ['select t.x, p.y, p.id from t full join p on p.y = t.x where t.a > 0', '? ? ?'],
    ['select t.a, p.id from t left join p on true where p is not null', 'n n'],
    ['select t.a, p.id, q.k from t left join p on p.t = t.id left join q on q.k = p.id', 'n ? ?'],
    ['select t.a, p.id, q.k from t left join p on p.t = t.id left join q on q.k = p.id where q.q1 = 1', 'n n n'],
    ['select t.a, p.id, q.k from t left join (p left join q on q.k = p.id) on p.t = t.id where p.y = 1', 'n n ?'],
    ['select * from p join q on q.k = p.id', 'n n ? n ? n ? ?'],
    ['select * from p join p as o using (id)', 'n n ? n ? n ? n ?'],
    ['select * from p left join p as o using (id)', 'n n ? n ? ? ? ? ?'],
    ['select * from p right join p as o using (id)', 'n ? ? ? ? n ? n ?'],
    ['select * from p full join p as o using (id)', 'n ? ? ? ? ? ? ? ?'],
    ['select y from p full join p as o using (y)', '?'],
    ['select id from p left join other.t using (id)', 'n'],
    ['select id from other.t left join p using (id)', '?'],
    ['select id from other.t right join p using (id)', 'n'],
    ['select id from p right join other.t using (id)', '?'],
    ['select id from p full join other.t using (id)', '?'],
    ['select id from other.t full join p using (id)', '?'],
    ['select id, p.z from other.t left join p using (id) where p.t = 1', 'n n'],
    ['select t.x from t left join p using (id) where p.z is not null and t.x = p.y', 'n'],
    ['select o.y from p join p as o using (y)', 'n'],
    ['select y from p join p as o using (y)', 'n'],
    ['select only_other from p join t using (only_other)', '?'],
    ['select p.only_other from p join other.t using (only_other)', '?'],
    // Views.
    ['select a, x, q1 from seen', 'n ? ?'],
    ['select o.a, o.q1 from seen o left join seen s on s.a = o.a where o.q1 = 1', 'n n'],
    ['insert into seen values (1) returning a, x', '? ?'],
    ['update seen set x = 1 returning a', '?'],
    ['delete from seen returning a', '?'],
    ['select id, y, z from p join p as o using (id, y)', 'n n n'],
    ['select * from p natural join other.t', 'n n ? n ? n'],
    ['select * from p natural join none', 'unknown'],
    ['select p.id from p natural join none', 'n'],
    ['select id from p natural join none', '?'],
    ['select nothing from p join t using (nothing)', '?'],
    ['select * from p join t using (nothing)', 'unknown'],
    ['select j.id, j.y, p.id from (p join other.t using (id)) as j', 'n ? ?'],
    ['select j.one, j.t from (p left join q on true) as j (one)', 'n n'],
    ['select j.k from (p left join q on q.k = 1) as j', '?'],
    ['select j.id from (p join none on true) as j', '?'],
    ['select u.id from (p join other.t using (id) as u)', '?'],
    // Sub-selects, VALUES and functions.
    ['select s.a, s.x from (select a, x from t) s', 'n ?'],
    ['select s.b, s.x from (select a, x from t) as s (b)', 'n ?'],
    ['select a, n from t, lateral (select t.a as n) s', 'n n'],
    ['select a, n from t, lateral (select t.x as n) s', 'n ?'],
    ['select n from t, (select t.a as n) s', '?'],
    ['select s.n from t left join lateral (select count(*) as n from p) s on true', '?'],
    ['select v.a, v.b from (values (1, null), (2, 3)) as v (a, b)', 'n ?'],
    ['select column1, column2 from (values (1, 2), (3, null)) v', 'n ?'],
    ['values (1, null), (2, 2)', 'n ?'],
    ['select v, n from jsonb_array_elements($1) with ordinality as e (v, n)', 'n n'],
    ['select ordinality from generate_series(1, 2) with ordinality', 'n'],
    ['select generate_series from generate_series(1, 2)', 'n'],
    ['select g from generate_series(1, 2) g', 'n'],
    ['select g.value from jsonb_array_elements($1) g', 'n'],
    ['select g from jsonb_array_elements($1) g', 'n'],
    ['select ordinality from jsonb_array_elements($1) g', '?'],
    ['select value from jsonb_array_elements($1)', 'n'],
    ['select key from jsonb_each($1) e where e.value is not null', 'n'],
    ['select value from jsonb_array_elements_text($1)', '?'],
    ['select key, value from jsonb_each($1)', 'n n'],
    ['select key, value from json_each_text($1) e', 'n ?'],
    ['select e.k, e.v from json_each($1) as e (k, v)', 'n n'],
    ['select * from unnest($1::int[]) u', 'unknown'],
    ['select u from unnest($1::int[]) u', 'n'],
    ['select a from json_to_recordset($1) as r (a int)', '?'],
    ['select generate_series from own.generate_series(1, 2)', '?'],
    ['select a from rows from (generate_series(1, 2), generate_series(1, 3)) as r (a, b)', '?'],
    ['select a, x from t tablesample system (1)', 'n ?'],
    ["select id from xmltable('/a' passing $1 columns id int)", '?'],
    ['select generate_series(1, 2)', 'n'],
    ['select generate_series(1, 2), length(s) from t', '? n'],
    ['select generate_series(1, 2), a from t', 'n n'],
    ['select jsonb_array_elements_text(j) from t', '?'],
    // WITH.
    ['with c as (select a, x from t) select a, x from c', 'n ?'],
    ['with c (b) as (select a, x from t) select b, x from c', 'n ?'],
    ['with t as (select x as a from t) select a from t', '?'],
    ['with c as (select 1 as n), d as (select n from c) select n from d', 'n'],
    ['with c as (select 1 as n) select n from other.c', '?'],
    ['with p as (select null as id, 1 as only_cte) select id, only_cte from p', '? n'],
    ['with p as (select * from none) select id from p', '?'],
    ['with c as (delete from p returning id, y) select id, y from c', 'n ?'],
    ['with c as (select 1 as n) select (select n from c), n from c', '? n'],
    ['with recursive c as (select 1 as n union all select n + 1 from c) select n from c', 'n'],
    ['with recursive c as (select 1 as n union all select x from c, t) select n from c', '?'],
    ['with recursive c as (select 1 as n, 1 as m union all select m, x from c, t) select n, m from c', '? ?'],
    ['with recursive c (p) as (select 1 union all select p from c) select p from c', 'n'],
    ['with recursive c as (select 1 as n) select n from c', 'n'],
    [
      'with recursive c as (with d as (select 1 as m) select m as n from d union all select n from c) select n from c',
      'n',
    ],
    ['with recursive c as (select 1 as n union all select 1, 2 from c) select n from c', '?'],
    ['with c as (values (1, null)) select column1, column2 from c', 'n ?'],
    // Set operations.
    ['select a, x, 1 from t union select 1, 2, null', 'n ? ?'],
    ['select a, x, x from t intersect select 1, 2, null', 'n n ?'],
    ['select a, x, 1 from t except select null, 2, null', 'n ? n'],
    ['select a from t union select 1, 2', 'unknown'],
    ['select a from t union all select * from none', 'unknown'],
    ['(select x from t where x = 1 limit 1) union all select 1', 'n'],
    // GROUP BY.
    ['select x, sum(a), max(x), count(*) from t group by x', '? n ? n'],
    ['select sum(a), array_agg(x), string_agg(s, s), json_agg(x) from t group by x', 'n ? n ?'],
    ['select sum(a) filter (where f) from t group by x', '?'],
    ['select sum(a), count(*) from t', '? n'],
    ['select a, count(*), sum(a), grouping(a) from t group by rollup (a)', '? n ? n'],
    ['select a, s, 1, 1 + 1, a + 1, count(*) + 1 from t group by cube (a, s)', '? ? ? ? ? n'],
    ['select a, s, count(*) from t group by a, grouping sets ((s), ())', '? ? n'],
    ['select null, count(*) + (1 + 1), coalesce(count(*), null) from t group by rollup (a)', '? ? n'],
    ['select * from q group by rollup (k, q1, q2)', '? ? ?'],
    ['select id, * from p group by rollup (id, t, y, z, v)', '? ? ? ? ? ?'],
    ['select (select id), coalesce(id, 1), count(id) from p group by rollup (id)', '? ? n'],
    ['select x, count(*) from t group by x having x > 1', 'n n'],
    ['select sum(a) over w, first_value(a) over w from t window w as (order by x)', 'n n'],
    [
      'select sum(a) over w, first_value(a) over w from t window w as (rows between 1 following and 2 following)',
      '? ?',
    ],
    ['select sum(a) over v, sum(a) over w from t window v as (rows 1 preceding), w as ()', '? n'],
    // Changes.
    ['insert into p values (1) returning id, y, *', 'n ? n n ? n ?'],
    ['insert into p (id) select 1 returning new.id, old.id, new.y', 'n ? ?'],
    ['update p set y = 1 where y = 2 returning id, y, old.y, new.y, old.id', 'n ? n ? n'],
    ['update p set y = 1 from q where q.q1 = p.y returning y, q1, old.y, q.*', '? n n ? n ?'],
    ['update p as o set y = 1 where o.y = 2 returning o.y, old.y', '? n'],
    ['delete from p where y = 1 returning id, y, old.y, new.id', 'n n n ?'],
    ['delete from p using q where q.k = p.id returning p.id, q.k, *', 'n n n n ? n ? n ? ?'],
    ['delete from p returning with (old as o, new as n) o.id, n.id, p.id', 'n ? n'],
    ['update p set y = 1 returning with (old as o, new as n) o.id, n.id, old.id, new.id', 'n n ? ?'],
    ['insert into p select 1 from q where y = 1 returning y', '?'],
    ['merge into p using q on q.k = p.y when matched then do nothing returning old.y, new.y', '? ?'],
    [
      'merge into p using q on q.k = p.id when matched then delete returning p.id, q.k, old.id, new.id, merge_action()',
      'n ? ? ? n',
    ],
    ['merge into p using q on q.k = p.id when matched then delete returning *', '? ? ? n n ? n ?'],
    ['merge into q using p on q.k = p.id when matched then delete returning p.id', 'n'],
    ['merge into q using p on q.k = p.id when not matched by source then delete returning p.id', '?'],
    ['with c as (select 1 as id) delete from p using c where c.id = p.id returning c.id, p.z', 'n n'],
    ['with p as (select null as id) delete from p returning id', 'n'],
    ['delete from none returning id', '?'],
    ['delete from none returning *', 'unknown'],
    ['truncate p', 'unknown'],
    ['select', ''],
  ])('%s', async (query, truth) => {
    expect(await nullabilityOf(query)).toBe(truth)
  })

  test('is not read deeper than 64 levels', async () => {
    const nested = (depth: number) => `${'select a from ('.repeat(depth)}select a from t${') s'.repeat(depth)}`
    expect([await nullabilityOf(nested(64)), await nullabilityOf(nested(65))]).toEqual(['n', '?'])
  })

  test('names its columns as PostgreSQL does, or leaves it to the server', async () => {
    const query = `select a, t.s, length(s), pg_catalog.now(), a + 1, nullif(a, 1), a is null, coalesce(x, 1), $1, 1, x as y,
      a in (1), case when f then 1 end, a::text, s like s from t`
    expect((await columnsOf(query))!.map(({ name }) => name)).toEqual([
      ...['a', 's', 'length', 'now', '?column?', 'nullif', undefined, 'coalesce', '?column?', undefined, 'y'],
      ...['?column?', undefined, undefined, '?column?'],
    ])
  })

  test('that is named or counted otherwise by the server is not understood', async () => {
    const infer = async (text: string, names: string[]) => [...(await inferNeverNull(text, names, known()))]
    expect(await infer('select a, x, 1 from t', ['a', 'x', 'any'])).toEqual([0, 2])
    expect(await infer('select a, x from t', ['a', 'other'])).toEqual([])
    expect(await infer('select a, x from t', ['a'])).toEqual([])
    expect(await infer('select a from t; select a from t', ['a'])).toEqual([])
    expect(await infer('select from from', ['a'])).toEqual([])
    expect(await infer('', [])).toEqual([])
  })
})

test.each<[query: string, family: Family | undefined]>([
  ['select j from t union select j from t', 'json'],
  ['select j from t union select s from t', undefined],
  ['select j from (select j from t) s', 'json'],
  ['values (1::text)', 'text'],
  ['select value from jsonb_each_text($1)', 'text'],
  ['select ordinality from jsonb_each_text($1) with ordinality', 'other'],
  ['select y from p full join p as o using (y)', 'other'],
  ['with recursive c as (select s from t union all select s from c) select s from c', 'text'],
  ['with recursive c as (select s from t union all select j from c, t) select s from c', undefined],
])('%s has a column of the family %s', async (query, family) => {
  expect((await columnsOf(query))![0]!.family).toBe(family)
})

test('what is known by its name is what the tables list', () => {
  for (const name of [...Object.keys(NEVER_NULL), ...Object.keys(NULL_FOR_NULL_ALONE), ...Object.keys(ROWS_OF)]) {
    expect(KNOWN_BY_NAME).toContain(name)
  }
  expect(KNOWN_BY_NAME).toEqual(
    expect.arrayContaining([
      'lag',
      'lead',
      'first_value',
      'last_value',
      'current_setting',
      'concat_ws',
      'format',
      'mode',
    ]),
  )
})
