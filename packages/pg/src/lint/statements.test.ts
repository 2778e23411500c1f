import { expect, test } from 'vitest'
import { parseMigration } from '../migrate/files.ts'
import { KnownSchema } from './known-schema.ts'
import { lintKnowing, lintMigration, migrationPhase } from './lint.ts'

const lint = (text: string, known = new KnownSchema()) => lintKnowing(parseMigration('1_x.sql', text), known)
const rules = async (text: string, known?: KnownSchema) => (await lint(text, known)).map(({ rule }) => rule)
const OUTSIDE = '-- no transaction\n'

/** What a transaction cannot hold, and what looks like it. */
test.each([
  ['create database d', true],
  ["create tablespace s location '/x'", true],
  ['drop tablespace s', true],
  ['alter system set work_mem = 1', true],
  ["create subscription s connection 'x' publication p", true],
  ['drop subscription s', true],
  ['alter subscription s refresh publication', true],
  ['alter subscription s set publication p', true],
  ['alter subscription s add publication p', true],
  ['alter subscription s drop publication p', true],
  ['alter subscription s disable', false],
  ['alter subscription s set (slot_name = none)', false],
  ["alter subscription s connection 'x'", false],
  ['alter database d set tablespace s', true],
  ['alter database d set work_mem = 1', false],
  ['alter database d connection limit 1', false],
  ['discard all', true],
  ['discard plans', false],
  ['vacuum t', true],
  ['analyze t', false],
  ['reindex database d', true],
  ['reindex table t', false],
])('%s: that it cannot run in a transaction is %s', async (text, refused) => {
  expect((await rules(text)).includes('cannot_run_in_transaction')).toBe(refused)
  expect(await rules(OUTSIDE + text)).not.toContain('cannot_run_in_transaction')
})

test.each([
  ['create table u (id int)', 'u'],
  ['create table u as select 1 as id', 'u'],
  ['select 1 as id into u', 'u'],
  ['create foreign table u (id int) server s', 'u'],
  ['create table s.u (id int)', 's.u'],
])('%s: a table that is new may be locked', async (text, table) => {
  const index = `create index i on ${table} (id)`
  expect(await rules(index)).toEqual(['create_index_blocks_writes'])
  expect(await rules(`${text}; ${index}`)).toEqual([])
  expect(await rules('select 1 as id; create index i on u (id)')).toEqual(['create_index_blocks_writes'])
})

test.each([
  ['create table if not exists u (id int)', 'create index i on u (id)', 'create_index_blocks_writes'],
  ['create table other.u (id int)', 'create index i on u (id)', 'create_index_blocks_writes'],
])('%s: then %s is checked', async (text, then, rule) => {
  expect(await rules(`${text}; ${then}`)).toContain(rule)
})

test.each([
  ['create type e as enum ()', 'drop type e'],
  ['create type r as range (subtype = int)', 'drop type r'],
  ['create type c as (a int)', 'drop type c'],
  ['create domain d as int', 'drop domain d'],
  ['create aggregate a (int) (sfunc = f, stype = int)', 'drop aggregate a (int)'],
  ['create extension x', 'drop extension x'],
  ['create schema s', 'drop schema s'],
  ['create view v as select 1', 'drop view v'],
  ['create sequence s', 'drop sequence s'],
  ["create function f() returns int language sql as 'select 1'", 'drop function f()'],
  ['create table t (a int); create policy p on t', 'drop policy p on t'],
  ['create table t (a int); create trigger g before insert on t execute function f()', 'drop trigger g on t'],
  ['create event trigger g on ddl_command_start execute function f()', 'drop event trigger g'],
  ['create table t (a int); create rule r as on insert to t do nothing', 'drop rule r on t'],
  ['create table t (a int); create index i on t (a)', 'drop index i'],
])('%s: what is new may go again', async (text, drop) => {
  expect(await rules(drop)).not.toEqual([])
  expect(await rules(`${text}; ${drop}`)).toEqual([])
})

test.each([
  ['vacuum full a, b', '"full" of a, b', 'ACCESS EXCLUSIVE on a, b'],
  ['vacuum full', 'of all', 'ACCESS EXCLUSIVE on every table'],
  ['reindex table t', 'of one', 'SHARE on t'],
  ['reindex schema s', 'of all', 'SHARE on every table'],
  ['create index on s.t (a)', 'of one', 'SHARE on s.t'],
])('%s locks %s', async (text, _, lock) => {
  expect((await lint(text)).map(found => found.lock?.slice(0, lock.length))).toContain(lock)
})

test.each([
  ['create index on t (a)', 'create index concurrently t_a_idx on t (a);'],
  ['create index on t (a, b, lower(c))', 'create index concurrently t_a_b_expr_idx on t (a, b, lower(c));'],
  ['create unique index i on t (a)', 'create unique index concurrently i on t (a);'],
  ['reindex table t', 'reindex table concurrently t;'],
  ['reindex INDEX i', 'reindex INDEX concurrently i;'],
  ['reindex schema s', 'reindex schema concurrently s;'],
  ['create index concurrently i on t (a)', 'create index concurrently i on t (a);'],
  ['reindex (concurrently) table t', 'reindex (concurrently) table t;'],
  ['alter domain d add check (value > 0)', 'alter domain d add constraint d_check check (value > 0) not valid;'],
  ['alter domain d add constraint c check (value > 0)', 'alter domain d add constraint c check (value > 0) not valid;'],
  ['alter domain d set not null', 'alter domain d add constraint d_present check (value is not null) not valid;'],
  ['vacuum full a, s.b', 'vacuum a, s.b; -- keeps the space'],
])('%s has a recipe: %s', async (text, recipe) => {
  expect((await lint(text)).map(found => found.recipe).join('\n')).toContain(recipe)
})

test.each([
  'create index on only t (a)',
  'alter domain d add constraint c check (value > 0) not valid',
  'create domain d as int; alter domain d add check (value > 0)',
  'alter domain d set default 1',
  'alter domain d validate constraint c',
  'select 1',
])('%s is fine', async text => {
  expect(await rules(text)).toEqual([])
})

test.each([
  ['alter table t drop column a', 'contract'],
  ['-- allow drop_column: unused\nalter table t drop column a', 'contract'],
  ['create table u (a int); alter table t add b int', 'expand'],
  ['create index i on t (a)', 'expand'],
  ['alter table t add b int; alter table t drop column a', 'contract'],
])('%j belongs to the phase %s', async (text, phase) => {
  expect(await migrationPhase(parseMigration('1_x.sql', text))).toBe(phase)
})

test('text that PostgreSQL rejects is a finding with its place', async () => {
  expect(
    await lintMigration({ file: '1_x.sql', up: 'select 1;\nselect from from', transactional: true }),
  ).toMatchObject([
    { rule: 'syntax_error', file: '1_x.sql', line: 2, problem: expect.stringContaining('syntax error'), recipe: '' },
  ])
})

test('checks follow their table to its new name, and go with it', async () => {
  const known = new KnownSchema()
  const add = 'alter table t add constraint c check (a is not null)'
  await lint(
    `create table t (a int); ${add}; create table o (a int); alter table o add constraint d check (a is not null)`,
    known,
  )
  await lint('alter table t rename to u', known)
  expect([...known.checks].map(([name, { table }]) => [name, table])).toEqual([
    ['c', 'u'],
    ['d', 'o'],
  ])
  expect([known.column('u', 'a')?.type, known.column('t', 'a'), known.column('o', 'a')?.type]).toEqual([
    'int4',
    undefined,
    'int4',
  ])
  await lint('drop table u', known)
  expect([[...known.checks.keys()], known.column('u', 'a')]).toEqual([['d'], undefined])
})

test.each([
  ['drop type s.e; alter type s.n rename to e', 'drop_type', false],
  ['drop type s.e; alter type r.n rename to e', 'drop_type', true],
  ['drop type e; alter type n rename to e', 'drop_type', false],
  ['drop type e; alter type n rename to other', 'drop_type', true],
  ['drop view s.v; alter view s.n rename to v', 'drop_view', false],
  ['drop view s.v; alter view r.n rename to v', 'drop_view', true],
  ['drop view v; alter view n rename to v', 'drop_view', false],
  ['drop view v; create view v as select 1', 'drop_view', false],
])('%s: what another takes the name of is not missed; %s is found: %s', async (text, rule, found) => {
  expect((await rules(text)).includes(rule as never)).toBe(found)
})
