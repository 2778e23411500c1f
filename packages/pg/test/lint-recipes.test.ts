import { expect, test } from 'vitest'
import { KnownSchema } from '../src/lint/known-schema.ts'
import { lintKnowing } from '../src/lint/lint.ts'
import { lintMigrations, parseMigration } from '../src/migrate/index.ts'
import { openMigrationFolder } from './migration-folder.ts'

const folder = await openMigrationFolder()

const SETUP = `
create schema s;
create type mood as enum ('sad', 'ok');
create domain d as int;
create table u (id int primary key);
create table t (id int primary key, a int, b int not null default 1, "Größe" varchar(10));
create table dt (v d);
create table parts (id int, at date) partition by range (at);
create table p1 (id int, at date);
create view v as select 1 as one;
create sequence seq;
create materialized view mv as select 1 as one;
create unique index on mv (one);
insert into u values (1);
insert into t (id, a) select n, 1 from generate_series(1, 20) n;
insert into p1 values (1, '2026-05-05');`

const STATEMENTS = [
  'create index i on t (a)',
  'create index on t (lower("Größe"), a)',
  'create unique index i on t (id) where a > 0',
  'drop index mv_one_idx',
  'reindex table t',
  'alter table t add column c varchar(20) not null',
  'alter table t add column c serial',
  'alter table t add column c uuid not null default gen_random_uuid()',
  'alter table t add column c int generated always as (a + 1) stored',
  'alter table t add column c int references u on delete set null, add column e int',
  'alter table t add column c int default 1 check (c > 0)',
  'alter table t add column c int unique',
  'alter table t alter column a set not null',
  'alter table t alter column a type bigint',
  'alter table t rename column a to c',
  'alter table t rename to t2',
  'alter view v rename to w',
  'alter table t set schema s',
  "alter type mood rename value 'sad' to 'blue'",
  'alter table t add constraint f foreign key (a) references u',
  'alter table t add foreign key (a) references u',
  'alter table t add check (a > 0)',
  'alter domain d add check (value > 0)',
  'alter domain d set not null',
  'alter table t add unique nulls not distinct ("Größe", id)',
  'alter table p1 add primary key (id)',
  'alter table t drop column a',
  'drop table t',
  'drop view v',
  'drop sequence seq',
  'truncate t, u',
  'vacuum full t',
  'alter table t enable row level security',
  'refresh materialized view mv',
  "alter table parts attach partition p1 for values from ('2026-01-01') to ('2027-01-01')",
  'update t set a = 2',
  'delete from t where true',
  'update t set a = (select id from u where u.id = t.a) returning a',
  "update t as x set a = u.id from u /* where */ returning 'where'",
  'with x as (update t set a = (select 2) returning *), y as (delete from u where id < 0) select * from x',
  'alter /* a */ table -- b\n only public.t /* c */ add /* d */ check (a > 0)',
  'create /* a */ index -- b\n i on t (a)',
  'alter table t add column /* x */ c int /* y */ references u -- z\n on delete set null',
  'alter table t alter column b drop default',
  'alter table t alter column b drop not null',
  'alter table t drop constraint t_pkey',
  'alter table t alter column id add generated always as identity',
  'revoke select on t from public',
  `create table ${'x'.repeat(70)} (a int)`,
  'create table j (a json)',
]

test.each(STATEMENTS)('the recipe for "%s" runs as it stands', async statement => {
  await folder.write('1_setup.sql', SETUP)
  const known = new KnownSchema()
  await lintKnowing(parseMigration('1_setup.sql', SETUP), known)
  const text = statement.startsWith('vacuum') ? `-- no transaction\n${statement}` : statement
  const found = await lintKnowing(parseMigration('2_x.sql', text), known)
  const { recipe } = found.at(-1)!
  const parts = recipe.split(/^-- (?:next migration|a later release)$/m)
  for (const [i, part] of parts.entries()) await folder.write(`${i + 2}_x.sql`, part)
  const { steps } = await folder.up()
  expect(steps).toHaveLength(parts.length + 1)
})

test('the catalog of a database supplies volatility, types, constraints and partitions', async () => {
  await folder.db.execute('create function code() returns text language sql stable as $$ select $x$x$x$ $$')
  await folder.db.execute('create table s2 (a varchar(10), b int, c numeric(8, 2), constraint x check (b is not null))')
  await folder.write(
    '1_x.sql',
    'alter table s2 add column e text default code(), alter column a type varchar(20), alter column c type numeric(10, 2), alter column b set not null;',
  )
  const { dir, dsn } = folder
  expect(await lintMigrations({ dir, dsn })).toEqual([])
  expect((await lintMigrations({ dir })).map(({ rule }) => rule)).toEqual([
    'add_column_rewrites',
    'change_type_rewrites',
    'set_not_null_scans',
  ])
})

test('constraints without a name get the names that PostgreSQL gives them', async () => {
  const recipeOf = async (text: string) => {
    const found = await lintKnowing(parseMigration('2_x.sql', text), new KnownSchema())
    return found.find(({ rule }) => rule === 'unique_builds_index')!.recipe
  }
  expect(await recipeOf('alter table t add unique (a, b)')).toContain('add constraint t_a_b_key unique using index')
  expect(await recipeOf('alter table t add primary key (a)')).toContain('add constraint t_pkey primary key using index')
})
