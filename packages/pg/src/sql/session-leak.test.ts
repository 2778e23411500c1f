import { expect, test } from 'vitest'
import { findSessionLeak } from './session-leak.ts'

test.each([
  ["select set_config('app.user', '7', false)", 'set_config(…, false)'],
  ["SELECT pg_catalog.Set_Config ( 'a.b' , $1 , FALSE )", 'set_config(…, false)'],
  ["select set_config('a.b', coalesce($1, (select 'x')), $2 = 1)", 'set_config(…, false)'],
  ["select set_config('a.b', '1', true), set_config('a.b', '1', false)", 'set_config(…, false)'],
  ['select pg_advisory_lock(1)', 'pg_advisory_lock()'],
  ['select pg_try_advisory_lock_shared(1)', 'pg_try_advisory_lock_shared()'],
  ['-- x\nprepare q as select 1', 'PREPARE'],
  ['declare c cursor with hold for select 1', 'DECLARE … WITH HOLD'],
  ["do $$ begin set app.user = '7'; end $$", 'SET inside DO'],
  ['do $x$ begin if true then reset all; end if; end $x$', 'SET inside DO'],
  ["do language plpgsql $$ begin perform set_config('a.b', '1', false); end $$", 'set_config(…, false)'],
  ['do $$ begin perform pg_advisory_lock(1); end $$', 'pg_advisory_lock()'],
  ['create temp table t (a int)', 'a temporary table'],
  ['CREATE LOCAL TEMPORARY TABLE t AS SELECT 1', 'a temporary table'],
  ['create table pg_temp.t (a int)', 'a temporary table'],
  ['select 1 as a into temp t', 'a temporary table'],
  [`select "pg_catalog"."set_config"('a.b', '1', 'off')`, 'set_config(…, false)'],
  ['select "pg_advisory_lock"(1)', 'pg_advisory_lock()'],
  ["do 'begin set app.user = ''7''; end'", 'SET inside DO'],
  ["do e'begin perform set_config(\\'a.b\\', \\'1\\', false); end' language 'plpgsql'", 'set_config(…, false)'],
  ["do $$ begin execute 'set app.user = 7'; end $$", 'SET inside DO'],
  ["do $$ begin execute format('reset %I', 'work_mem'); end $$", 'SET inside DO'],
  ["do $$ begin execute $x$select set_config('a', 'b', false)$x$; end $$", 'set_config(…, false)'],
  ["do $$ begin perform 1; set work_mem = '1MB'; end $$", 'SET inside DO'],
  ['do $$ begin perform 1; perform pg_advisory_lock_shared(1); end $$', 'pg_advisory_lock_shared()'],
  ["do $$ begin execute 'select 1'; execute 'set work_mem = 4096'; end $$", 'SET inside DO'],
  ["do $$ begin execute variable; execute 'create temp table t (a int)'; end $$", 'a temporary table'],
  ['create or replace temp view v as select 1', 'a temporary table'],
  ['create temporary sequence s', 'a temporary table'],
  ['create global temp table t (a int)', 'a temporary table'],
  ['create table if not exists pg_temp.t (a int)', 'a temporary table'],
  ['select pg_advisory_lock_shared(1)', 'pg_advisory_lock_shared()'],
  ['select pg_try_advisory_lock(1)', 'pg_try_advisory_lock()'],
  ["select set_config('a.b', upper('x'), $1 || 'x')", 'set_config(…, false)'],
  ["do $$ begin null; exception when others then SET/**/SESSION work_mem = '1MB'; end $$", 'SET inside DO'],
])('%s leaves %s behind', (text, what) => {
  expect(findSessionLeak(text)?.what).toBe(what)
})

test('a bound third argument decides by its value', () => {
  expect(findSessionLeak('select set_config($1, $2, $3)')).toMatchObject({ unlessTrue: 2 })
})

test.each([
  "select set_config('app.user', $1, true)",
  "select set_config('a,b', ')', true)",
  "select set_config('a.b', upper(lower('x')), true)",
  "select set_config('a.b', 'x', TRUE), set_config('a.b', 'x', 'yes'), set_config('a.b', 'x', 'y')",
  "select set_config('a.b', 'x', 'true'), set_config('a.b', 'x', '1')",
  'select pg_advisory_lock from locks',
  'do $$ begin set constraints all deferred; set transaction read only; end $$',
  "do $$ begin execute 'set local work_mem = 4096'; execute variable || 'set work_mem'; end $$",
  'create temp table t (a int) on commit drop',
  "select 'into temp ' as temp from temporary",
  "select set_config('a.b', 'x', 't'), set_config('a.b', 'x', 'on')",
  "do $$ begin execute 'set local work_mem = 4096'; raise notice 'set app.user'; end $$",
  "do 'begin perform pg_advisory_xact_lock(1); end'",
  'select pg_advisory_xact_lock(1), pg_advisory_unlock(2)',
  "select 'set_config(a, b, false)' -- pg_advisory_lock(1)",
  'prepare transaction $1',
  'declare c cursor without hold for select 1',
  "do $$ begin set local app.user = '7'; update t set a = 1; end $$",
  'do $$ begin insert into t values (1) on conflict do update set a = 1; end $$',
  'select reset from settings',
  'update t set prepared = true where do_it',
  'do $$ begin execute asets; execute bresets; end $$',
])('%s leaves nothing behind', text => {
  expect(findSessionLeak(text)).toBeUndefined()
})

const SETTINGS = "set_config(…, true) in tx(), or scope({ settings: { 'app.user': id } })"
test.each([
  ["select set_config('a.b', 'x', false)", { what: 'set_config(…, false)', instead: SETTINGS }],
  ["do $$ begin set a.b = 'x'; end $$", { what: 'SET inside DO', instead: SETTINGS }],
  ["do $$ begin execute 'set a.b = 1'; end $$", { what: 'SET inside DO', instead: SETTINGS }],
  ['select pg_advisory_lock(1)', { what: 'pg_advisory_lock()', instead: 'pg_advisory_xact_lock() in tx()' }],
  ['prepare q as select 1', { what: 'PREPARE', instead: 'the query itself: it is prepared automatically' }],
  ['declare c cursor with hold for select 1', { what: 'DECLARE … WITH HOLD', instead: 'stream()' }],
  [
    'create temp table t (a int)',
    { what: 'a temporary table', instead: 'ON COMMIT DROP in tx()', usedInTransaction: true },
  ],
])('of %s, the error says what to do instead', (text, leak) => {
  expect(findSessionLeak(text)).toEqual(leak)
})

test('a parameter in the place of another argument does not decide', () => {
  expect(findSessionLeak('select set_config($1, $2, false)')).not.toHaveProperty('unlessTrue')
  expect(findSessionLeak('select set_config($2, $3, $1)')).toMatchObject({ unlessTrue: 0 })
})
