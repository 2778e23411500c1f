import { expect, test } from 'vitest'
import { columnsOf, nullabilityOf, type Own } from '../../../test/known-catalog.ts'
import type { Family } from './functions.ts'

// What PostgreSQL itself gives back is compared in test/nullability.test.ts. Here the catalog is ours, and each rule has a
// query that it allows and one that it must not allow.

const of = (expression: string, own?: Own) => nullabilityOf(`select ${expression} as it from t`, own)
const split = (text: string) => text.split(/;;|\n/).flatMap(each => each.trim() || [])

const NEVER = `
  1 ;; 'a' ;; true ;; 1.5 ;; b'1' ;; a ;; s ;; t.a ;; t ;; array[x] ;; row(x) ;; (x, w) ;; '{}'::int[] ;; a::text
  s::int ;; a::text::int ;; 'x'::text ;; j::text ;; 'null'::jsonb ;; s::jsonb ;; l::text ;; cast(a as bigint)
  s collate "C" ;; -a ;; +a ;; a + 1 ;; a - a ;; a * 2 ;; a / 2 ;; a % 2 ;; a ^ 2 ;; |/ a ;; @ a ;; s || 'x' ;; s ^@ s
  a = 1 ;; a <> 1 ;; a != 1 ;; a < 1 ;; a > 1 ;; a <= 1 ;; a >= 1 ;; s ~ 'x' ;; s !~ 'x' ;; s ~* 'x' ;; s !~* 'x'
  s like 'x' ;; s not like 'x' ;; s ilike 'x' ;; s not ilike 'x' ;; s similar to 'x' ;; a & 1 ;; a | 1 ;; a << 1
  a >> 1 ;; r @> 1 ;; r <@ r ;; r && r ;; j ? 'a' ;; j ?| '{a}' ;; j ?& '{a}' ;; a in (1, 2) ;; a not in (1, a)
  a between 1 and 2 ;; a not between 1 and a ;; a between symmetric 2 and 1 ;; a not between symmetric 1 and 2
  a = any (array[1, 2]) ;; a <> all (array[1, a]) ;; (a, s) = (1, s) ;; (a, (a, s)) = (1, (1, s))
  x is distinct from a ;; x is not distinct from w ;; x is null ;; x is not null ;; f2 is true ;; f2 is not unknown
  f and f ;; f or not f ;; not f ;; coalesce(x, 1) ;; coalesce(x, a) ;; greatest(x, a) ;; least(x, 1) ;; greatest(a, x)
  nullif(1, 2) is null ;; j is json ;; s is json object ;; current_date ;; current_time(3) ;; localtime
  localtimestamp ;; current_timestamp ;; current_user ;; current_role ;; session_user ;; user ;; current_catalog
  json_object(s: x) ;; json_array(x) ;; json_array(null null on null) ;; exists (select x from t)
  array(select x from t) ;; case when f then 1 else a end ;; case a when 1 then 's' else s end
  case when x is not null then x else 0 end ;; case when x > 1 then x else 0 end
  case when x is null then 0 else x end ;; case when x is null or w is null then 0 else x end
  case when x is null then 0 when f then x else x end ;; case when f then 0 when x is not null then x else 1 end
  case when f and x > 1 then x + 1 else 2 end ;; case when t.x is null then 1 else t.x end ;; lower(s) ;; upper(s)
  upper('a') ;; lower(s::varchar) ;; lower(a::text) ;; lower(s || s) ;; lower(upper(s)) ;; lower(concat(x))
  lower(coalesce(w, s)) ;; lower(coalesce('a', s)) ;; lower(coalesce(null, 'b'))
  lower(case when f then 'a' else s end) ;; lower(case when f then s else 'a' end)
  lower((select s from t limit 1)) is null ;; lower(s collate "C") ;; lower(current_user::text) ;; substring(s from 2)
  substring(s, 2, 3) ;; substring(s from 2 for a) ;; pg_catalog.length(s) ;; length(string => s) ;; concat_ws(',', x)
  format('%s', x) ;; current_setting('a') ;; concat(x, w) ;; now() ;; num_nulls(x) ;; pg_typeof(x)
  array_append(l2, w) ;; array_prepend(w, l2) ;; l || w ;; w || l ;; '{a}'::text[] || w ;; array[s] || w ;; l || l2
  string_to_array(s, s) || w ;; extract(year from now()) is null ;; overlay(s placing s from 1) ;; trim(s)
  position(s in s) ;; timezone(s, now()) ;; count(*) ;; count(x) ;; count(*) over () ;; row_number() over ()
  rank() over (order by x) ;; ntile(4) over () ;; sum(a) over () ;; max(a) over (order by x) ;; first_value(a) over ()
  last_value(a) over (order by x) ;; lag(a, 1, 0) over () ;; lead(a, 1, a) over (order by x)
  array_agg(x) over () is null ;; sum(a) over (partition by x) ;; (select 1) ;; (values (1)) = 1 ;; (select count(*))
  (select count(x) from p) ;; (select coalesce(max(y), 0) from p) ;; (select a) ;; (select t.a)
  a in (select id from p) ;; a = any (select id from p) ;; a > all (select id from p) ;; (a, s) in (select id, z from p)
  a not in (select id from p) ;; (select count(*) + 1 from p where y = t.a)
  (select grouping(1) from p group by ()) is null ;; a::text::varchar ;; j::json ;; j::text ;; j::varchar
  merge.a is null ;; '1'::jsonb::text ;; 'null'::jsonb::text ;; to_json(a)::text ;; jsonb_typeof(j)::text
  count(*)::int ;; now()::date ;; current_date::text ;; (a = 1)::text ;; (a + 1)::text ;; (s || s)::text
  (case when f then a else 1 end)::text ;; coalesce(x, a)::text ;; (select count(*))::text ;; exists (select)::text
  array[1]::text ;; row(1)::text ;; (j ->> s) is null ;; min(a) over ()::text is null`

const MAYBE = `
  null ;; null::int ;; x ;; w ;; t.x ;; nothing ;; nothing.a ;; $1 ;; $1::int ;; x::text ;; w collate "C"
  cast(null as text) ;; -x ;; s like 'x' escape '!' ;; (x is null)::int ;; a + x ;; x + a ;; a + null ;; w || 'x'
  'x' || w ;; w like 'x' ;; s like w ;; w ilike 'x' ;; s ilike w ;; w similar to 'x' ;; s similar to w ;; j -> 'a'
  j ->> 'a' ;; j #> '{a}' ;; j #>> '{a}' ;; j @? '$' ;; a <=> 1 ;; x = 1 ;; 1 = x ;; a operator(own.@@@) 1
  x in (1, 2) ;; a in (1, x) ;; a in (1, null) ;; a not in (x, 1) ;; x between 1 and 2 ;; a between x and 2
  a between 1 and x ;; x not between 1 and 2 ;; a not between 1 and x ;; x between symmetric 1 and 2
  a not between symmetric x and 1 ;; a = any (array[1, x]) ;; x = any (array[1]) ;; a = any ('{1}') ;; a = any (l2)
  a <> all (array[x]) ;; x <> all (array[1]) ;; a = all (l) ;; (a, x) = (1, 2) ;; (a, s) = (1, w)
  (a, (a, x)) = (1, (1, 2)) ;; (a, s) = any (select 1, s)  and null ;; f and f2 ;; f or f2 ;; not f2 ;; coalesce(x, w)
  coalesce(x) ;; greatest(x, w) ;; least(null, x) ;; nullif(a, 1) ;; j2 is json ;; current_schema
  case when f then 1 end ;; case when f then x else 1 end ;; case when f then 1 else x end
  case x when 1 then x else 1 end ;; case when x is null then x else 1 end ;; case when x is not null then 1 else x end
  case a when 1 then 1 else x end ;; case when x is null and w is null then 0 else x end
  case when x is not null or f then x else 0 end ;; case x when null then 0 else x end
  case when f then x when x is null then 0 else 1 end ;; case x is null when true then 0 else x end
  case when not (x is not null) then 0 else x end ;; case when x is null then 0 else w end
  case when f2 is true then f2 else f2 end ;; lower(r) ;; upper(r) ;; upper(r * r) ;; lower(w) ;; lower($1)
  substring(s from 'a.*') ;; substring(s from s) ;; substring(w from 2) ;; substring(s from x) ;; concat_ws(w, s)
  format(w, s) ;; current_setting(w) ;; current_setting('a', true) ;; concat(variadic l2) ;; length(w)
  replace(s, s, w) ;; own.length(s) ;; length(string => w) ;; to_char(now(), 'x') ;; array_length(l, 1) ;; unheard_of(a)
  json_value(j, s) ;; toString(a) ;; constructor(a) ;; __proto__(a) ;; l2 || w ;; w || l2 ;; w || w
  string_to_array(w, s) ;; x || 'a' ;; s || x ;; sum(a) ;; max(a) ;; array_agg(a) ;; sum(a) filter (where f) over ()
  sum(x) over () ;; max(x) over (order by x) ;; sum(a) over (order by x rows between 1 following and 2 following)
  sum(a) over (rows between 3 preceding and 1 preceding) ;; first_value(x) over ()
  first_value(a) over (rows between 1 following and 2 following) ;; last_value(a) over (order by x rows 2 preceding)
  lag(a) over () ;; lag(a, 1) over () ;; lag(a, 1, x) over () ;; lead(x, 1, 0) over () ;; nth_value(a, 1) over ()
  ntile(x) over () ;; first_value(a) ;; max(a) over other ;; mode() within group (order by a)
  percentile_disc(0.5) within group (order by a) ;; (select null) ;; (select x) ;; (select y from p)
  (select id from p) ;; (select 1 where f) ;; (select max(id) from p) ;; (select 1 limit 0)
  (select count(*) from p limit 0) ;; (select count(*) from p offset 1) ;; (select count(*) from p group by y)
  (select count(*) from p having f) ;; (select count(*) from p having true) ;; (select 1 union select 2)
  (select count(*) union all select 1) ;; (select count(*) over () from p) ;; (select (select count(*)) from p)
  (select length(z) from p) ;; (select own.count(*) from p) ;; (select 1 offset 1) ;; x in (select id from p)
  a in (select y from p) ;; x > all (select id from p) ;; a > all (select y from p) ;; (a, x) in (select id, z from p)
  (a, s) in (select id, v from p) ;; a in (select * from unheard_of) ;; (a, s) = (select id, z from p)
  a = any (select y from p) ;; j::int ;; j::bool ;; j::numeric ;; j2::text ;; to_jsonb(a)::int
  jsonb_agg(a) over ()::int ;; $1::text::int ;; coalesce(j2, j)::int ;; (case when f then j else j end)::int
  (select json_build_array(1))::int ;; (j || j)::int ;; unheard_of(a)::text ;; array_agg(a) ;; (x).y ;; l[1] ;; (t).a
  coalesce('1', j)::int ;; min(j) over ()::int ;; (j collate "C")::int and null ;; a is of (int)
  array[j]::text[] = l2`

test.each(split(NEVER))('%s is never NULL', async expression => {
  expect(await of(expression)).toBe('n')
})

test.each(split(MAYBE))('%s may be NULL', async expression => {
  expect(await of(expression).catch(() => '?')).toMatch(/^(?:\?|unknown)$/)
})

test.each<[expression: string, own: Own, truth: string]>([
  ['length(s)', { functions: ['length'] }, '?'],
  ['pg_catalog.length(s)', { functions: ['length'] }, 'n'],
  ['now()', { functions: ['now'] }, '?'],
  ['a + 1', { operators: ['+'] }, '?'],
  ['a - 1', { operators: ['+'] }, 'n'],
  ["s like 'x'", { operators: ['~~'] }, '?'],
  ["s like 'x'", { operators: ['+'] }, 'n'],
  ['a in (1)', { operators: ['='] }, '?'],
  ['a = any (array[1])', { operators: ['='] }, '?'],
  ['a between 1 and 2', { operators: ['@@'] }, '?'],
  ['a in (select id from p)', { operators: ['@@'] }, '?'],
  ['l || w', { operators: ['||'] }, '?'],
  ['a::text', { casts: true }, '?'],
  ["'1'::int", { casts: true }, 'n'],
  ['x is null', { operators: ['='], functions: ['length'], casts: true }, 'n'],
])('with the names of the application %s', async (expression, own, truth) => {
  expect(await of(expression, own)).toBe(truth)
})

/** The family decides on casts and on functions that several types share. */
test.each<[expression: string, family: Family | undefined]>([
  ["'a'", 'text'],
  ['1', 'other'],
  ['a', 'other'],
  ['s', 'text'],
  ['j', 'json'],
  ['l', 'array'],
  ['nothing', undefined],
  ['t', undefined],
  ['a::text', 'text'],
  ['a::varchar(3)', 'text'],
  ['a::"char"', 'text'],
  ['a::jsonb', 'json'],
  ['a::json', 'json'],
  ['a::text[]', 'array'],
  ['a::_text', 'array'],
  ['a::int', 'other'],
  ['s collate "C"', 'text'],
  ['array[1]', 'array'],
  ['a + 1', 'other'],
  ["s || 'a'", 'text'],
  ["'a' || s", 'text'],
  ["'a' || j", 'json'],
  ['-a', 'other'],
  ...['=', '<>', '<', '>', '<=', '>=', '~', '!~', '~~', '!~~', '~*', '!~*', '~~*', '!~~*', '@>', '<@', '&&'].map(
    operator => [`s ${operator} s`, 'other'] as [string, Family],
  ),
  ['coalesce(null, j)', 'json'],
  ['coalesce(s, j)', 'text'],
  ["coalesce('a', 'b')", 'text'],
  ['case when f then 1 else j end', 'json'],
  ['case when f then j end', 'other'],
  ['(select j from t)', 'json'],
  ['(select x from none)', undefined],
  ['(select * from none)', undefined],
  ['exists (select j)', 'other'],
  ['array(select j)', 'other'],
  ['length(s)', 'other'],
  ['lower(s)', 'text'],
  ['upper(r)', 'other'],
  ['min(j)', 'json'],
  ['max(s)', 'text'],
  ['sum(a)', 'other'],
  ['array_agg(a)', 'array'],
  ['string_agg(s, s)', 'text'],
  ['json_agg(a)', 'json'],
  ['to_json(a)', 'json'],
  ['concat(a)', 'text'],
  ['json_build_array(a)', 'json'],
  ['own.length(s)', undefined],
  ['unheard_of(s)', undefined],
  ['a is null', undefined],
  ['not true', 'other'],
  ['current_date', 'other'],
])('%s is of the family %s', async (expression, family) => {
  expect((await columnsOf(`select ${expression} as it from t`))![0]!.family).toBe(family)
})
