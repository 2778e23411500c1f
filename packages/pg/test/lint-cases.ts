import type { RuleName } from '../src/lint/rules.ts'

/** For every rule what breaks it, and what does not: the operations of strong_migrations, squawk and PostgreSQL's manual. */
export const cases: Record<Exclude<RuleName, 'syntax_error'>, { bad: string[]; good: string[] }> = {
  create_index_blocks_writes: {
    bad: [
      'create index i on t (a)',
      'create unique index on s.t (a)',
      'create table if not exists t (a int); create index i on t (a)',
      "do $$ begin execute format('create index %I on t (a)', 'i'); end $$",
    ],
    good: [
      '-- no transaction\ncreate index concurrently i on t (a)',
      'create table t (a int); create index i on t (a)',
      'create table public.t (a int); create index i on t (a)',
      'create table t (a int); create index i on public.t (a)',
      'create index i on only t (a)',
      'create materialized view v as select 1 as a; create unique index on v (a)',
    ],
  },
  drop_index_blocks: {
    bad: ['drop index i', 'drop index if exists s.i, j'],
    good: [
      '-- no transaction\ndrop index concurrently i',
      'create table t (a int); create index i on t (a); drop index i',
    ],
  },
  reindex_blocks: {
    bad: ['reindex table t', 'reindex index i'],
    good: ['-- no transaction\nreindex (concurrently) table t', '-- no transaction\nreindex table concurrently t'],
  },
  concurrently_in_transaction: {
    bad: [
      'create index concurrently i on t (a)',
      'drop index concurrently i',
      'reindex table concurrently t',
      'alter table t detach partition p concurrently',
    ],
    good: ['refresh materialized view concurrently v'],
  },
  cannot_run_in_transaction: {
    bad: [
      'vacuum t',
      'create database d',
      "alter system set work_mem = '4MB'",
      "create tablespace x location '/x'",
      'drop tablespace x',
      "create subscription s connection 'host=x' publication p",
      'drop subscription s',
      'alter database d set tablespace x',
      'discard all',
      'reindex database d',
      'reindex schema s',
      'alter subscription s refresh publication',
      'alter subscription s set publication p',
      'alter subscription s drop publication p',
    ],
    good: [
      '-- no transaction\nvacuum t',
      'analyze t',
      'alter database d set work_mem = 4096',
      'discard plans',
      'alter subscription s disable',
      'alter subscription s set (slot_name = none)',
    ],
  },
  enum_value_used_at_once: {
    bad: [
      "alter type e add value 'x'; update t set a = 'x' where a = 'y'",
      "alter type e add value if not exists 'x'; alter table t alter column a set default 'x'",
      "alter type e add value 'x'; insert into t (a) values ('x'::e)",
    ],
    good: [
      "alter type e add value 'x'; alter type e add value 'y' after 'x'",
      "create type e as enum ('a'); alter type e add value 'x'; create table t (a e default 'x')",
    ],
  },
  add_not_null_column: {
    bad: [
      'alter table t add column a int not null',
      'alter table t add column a varchar(20) not null, add column b int',
      'alter table t add column a point not null',
    ],
    good: ['alter table t add column a int not null default 0', 'alter table t add column a int'],
  },
  add_column_rewrites: {
    bad: [
      'alter table t add column a serial',
      'alter table t add column a int generated always as identity',
      'alter table t add column a int generated always as (b + 1) stored',
      'alter table t add column a uuid default gen_random_uuid()',
      'alter table t add column a uuid not null default uuidv7()',
      "alter table t add column a text not null default 'x' || random()::text",
      'alter table t add column a timestamptz default clock_timestamp()',
      'alter table t add column a text default own_function()',
    ],
    good: [
      'alter table t add column a timestamptz not null default now()',
      "alter table t add column a timestamp not null default timezone('utc', now())",
      "alter table t add column a timestamp not null default (now() at time zone 'utc')",
      "alter table t add column a timestamp default timezone('utc'::text, current_timestamp)",
      "alter table t add column a date default date_trunc('month', now())",
      "alter table t add column a text default 'x' || 'y'",
      "alter table t add column a jsonb not null default jsonb_build_object('a', 1)",
      'alter table t add column a text default pg_catalog.upper(current_user::text)',
      'alter table t add column a int generated always as (b + 1) virtual',
      'alter table t alter column a set default gen_random_uuid()',
      'create function f() returns int language sql immutable as $$ select 1 $$; alter table t add column a int default f()',
    ],
  },
  add_column_constraint_scans: {
    bad: [
      'alter table t add column a int check (a > 0)',
      'alter table t add column a int default 1 references u',
      'alter table t add column a int unique references u',
      'alter table t add column a int unique',
      'alter table t add column a int primary key',
    ],
    good: ['create table t (a int references u unique check (a > 0))'],
  },
  add_reference_locks: {
    bad: [
      'alter table t add column a int references u',
      'alter table t add column a int constraint x references u (id) on delete set null',
    ],
    good: [
      'create table t (a int references u)',
      'create table t (a int); alter table t add column b int references u',
    ],
  },
  set_not_null_scans: {
    bad: ['alter table t alter column a set not null', 'do $$ begin alter table t alter a set not null; end $$'],
    good: [
      'alter table t add constraint c check (a is not null) not valid',
      'alter table t validate constraint c',
      'alter table t add constraint n not null a not valid',
    ],
  },
  change_type_rewrites: {
    bad: [
      'alter table t alter column a type bigint',
      'alter table s.t alter column a set data type varchar(20)',
      "alter table t alter column a type timestamptz using a at time zone 'utc'",
    ],
    good: ['create table t (a int); alter table t alter column a type bigint'],
  },
  rename_column: {
    bad: ['alter table t rename column a to b', 'alter table t rename a to b', 'alter type c rename attribute a to b'],
    good: ['create table t (a int); alter table t rename a to b', 'alter table t rename constraint a to b'],
  },
  rename_table: {
    bad: ['alter table t rename to u', 'alter schema a rename to b'],
    good: [
      'alter index i rename to j',
      'alter table t rename to u; create view t as select * from u',
      'alter table s.t rename to u; create or replace view s.t as select * from s.u',
    ],
  },
  rename_view: {
    bad: ['alter view v rename to w', 'alter materialized view v rename to w'],
    good: [
      'create view v as select 1; alter view v rename to w',
      'alter view v rename to w; create view v as select * from w',
    ],
  },
  rename_function: {
    bad: ['alter function f(int) rename to g', 'alter procedure p rename to q'],
    good: ['alter function f(int) rename to g; create function f(a int) returns int language sql as $$ select g(a) $$'],
  },
  rename_type: {
    bad: ['alter type e rename to f', 'alter domain d rename to e'],
    good: ["alter type e rename to e_old; create type e as enum ('a'); drop type e_old"],
  },
  rename_sequence: { bad: ['alter sequence s rename to r'], good: ['create sequence s; alter sequence s rename to r'] },
  rename_enum_value: {
    bad: ["alter type e rename value 'a' to 'b'"],
    good: ["alter type e add value 'c'", "create type e as enum ('a'); alter type e rename value 'a' to 'b'"],
  },
  rename_object: {
    bad: ['alter role app rename to web', 'alter database d rename to e', 'alter server s rename to r'],
    good: ['create role app; alter role app rename to web', 'alter trigger x on t rename to y'],
  },
  set_schema: {
    bad: ['alter table t set schema s', 'alter function f(int) set schema s', 'alter type e set schema s'],
    good: [
      'alter table t set schema s; create view t as select * from s.t',
      'create table t (a int); alter table t set schema s',
    ],
  },
  foreign_key_scans: {
    bad: [
      'alter table t add constraint f foreign key (a) references u',
      'alter table t add foreign key (a, b) references s.u (a, b) on delete cascade',
      'do $$ begin alter table t add constraint f foreign key (a) references u; exception when duplicate_object then null; end $$',
    ],
    good: [
      'alter table t add constraint f foreign key (a) references u not valid',
      'create table t (a int); do $$ begin alter table t add constraint f foreign key (a) references u; end $$',
    ],
  },
  check_scans: {
    bad: [
      'alter table t add constraint c check (a > 0)',
      'alter table t add check (a > 0)',
      'alter table t add constraint c not null a',
    ],
    good: [
      'alter table t add constraint c check (a > 0) not valid',
      'alter table t add constraint c check (a > 0) not enforced',
    ],
  },
  domain_constraint_scans: {
    bad: [
      'alter domain d add constraint c check (value > 0)',
      'alter domain d add check (value > 0)',
      'alter domain d set not null',
    ],
    good: [
      'alter domain d add constraint c check (value > 0) not valid',
      'create domain d as int; alter domain d add check (value > 0)',
    ],
  },
  unique_builds_index: {
    bad: [
      'alter table t add constraint u unique (a)',
      'alter table t add unique nulls not distinct (a, "B")',
      'alter table t add primary key (a)',
    ],
    good: ['alter table t add constraint u unique using index i'],
  },
  exclusion_builds_index: { bad: ['alter table t add exclude using gist (a with &&)'], good: [] },
  validate_in_same_transaction: {
    bad: ['alter table t add constraint c check (a > 0) not valid; alter table t validate constraint c'],
    good: ['alter table t validate constraint other'],
  },
  drop_constraint: {
    bad: [
      'alter table t drop constraint t_a_key',
      'alter table if exists only s.t drop constraint if exists "K" cascade',
    ],
    good: [
      'alter table t add constraint k foreign key (a) references u not valid; alter table t drop constraint k',
      'alter table t drop constraint f, add constraint f foreign key (a) references u on delete cascade not valid',
      'alter table t add constraint c check (a is not null) not valid; alter table t drop constraint c',
      'create table t (a int constraint k unique); alter table t drop constraint k',
    ],
  },
  drop_default: {
    bad: [
      'alter table t alter column a drop default',
      'alter table t alter a drop expression',
      'alter table t alter column a drop identity if exists',
      'alter domain d drop default',
      "alter table t add column a text not null default ''; alter table t alter column a drop default",
    ],
    good: [
      'alter table t alter column a drop default, alter column a set default 2',
      'alter table t alter column a set default 2',
      'alter table t alter column a drop default; alter table public.t alter column a set default 2',
      'alter table t add column a int default 1; alter table t alter column a drop default',
      'create table t (a int default 1); alter table t alter column a drop default',
    ],
  },
  drop_not_null: {
    bad: [
      'alter table t alter column a drop not null',
      'ALTER TABLE "s"."T" ALTER "A" DROP NOT NULL',
      'alter domain d drop not null',
    ],
    good: [
      'create table t (a int not null); alter table t alter column a drop not null',
      'create domain d as int not null; alter domain d drop not null',
    ],
  },
  identity_always: {
    bad: [
      'alter table t alter column a add generated always as identity',
      'alter table t alter column a set generated always set cache 20',
    ],
    good: [
      'alter table t alter column a add generated by default as identity',
      'alter table t alter column a set generated by default',
      'alter table t alter column a restart with 100',
    ],
  },
  drop_column: {
    bad: [
      'alter table t drop column a',
      'create table if not exists t (a int); alter table t drop column a',
      'alter type pair drop attribute b',
      'alter type s.pair add attribute c int, drop attribute if exists b cascade',
    ],
    good: [
      'create type pair as (a int, b int); alter type pair drop attribute b',
      'alter type pair add attribute c int',
      'create table t (a int); alter table t drop column a',
      'alter table t add column a int; alter table public.t drop column a',
    ],
  },
  drop_table: {
    bad: [
      'drop table t',
      'drop table if exists t cascade; create table t (a int)',
      'do $$ begin drop table t; end $$',
      'do language plpgsql $$ begin drop table t; end $$',
      "do $$ begin execute format('drop table %s', 't'); end $$",
      "do $$ declare s text; begin s := 'drop table t'; execute s; end $$",
      'do $$ begin perform $arlen$x$arlen$; drop table t; end $$',
      'do $$ declare x int; begin insert into u values (1) returning a into x; drop table t; end $$',
      "do 'begin drop table t; end'",
      "do $$ declare s text := 'drop ta'; begin s := s || 'ble t'; execute s; end $$",
      "do $$ begin execute concat('drop table ', 't'); end $$",
    ],
    good: [
      'create table t (a int); drop table t',
      'create table public.t (a int); drop table t',
      "do language plpython3u $$ plpy.execute('drop table t') $$",
    ],
  },
  drop_view: {
    bad: ['drop view v', 'drop materialized view v'],
    good: ['drop view v; create view v as select 1', 'create view v as select 1; drop view v'],
  },
  drop_function: {
    bad: [
      'drop function f',
      'drop function if exists f(int), g',
      'drop procedure p',
      'drop aggregate a(int)',
      'drop routine r',
    ],
    good: ['drop function f(int); create function f(a int, b int) returns int language sql as $$ select 1 $$'],
  },
  drop_type: {
    bad: [
      'drop type e',
      'drop domain d',
      "create type e2 as enum ('a'); drop type e cascade; alter type e2 rename to e",
    ],
    good: [
      "drop type e; create type e as enum ('a')",
      'create type r as range (subtype = int4); drop type r',
      'create type c as (a int); drop type c',
      'create domain d as int; drop domain d',
      "create type e2 as enum ('a'); drop type public.e; alter type e2 rename to e",
    ],
  },
  drop_sequence: { bad: ['drop sequence s'], good: ['create sequence s; drop sequence s'] },
  drop_extension: { bad: ['drop extension pgcrypto'], good: ['create extension pgcrypto; drop extension pgcrypto'] },
  drop_schema: { bad: ['drop schema s cascade'], good: ['create schema s; drop schema s'] },
  drop_database: { bad: ['-- no transaction\ndrop database d'], good: [] },
  drop_trigger: {
    bad: ['drop trigger x on t', 'drop trigger if exists x on s.t cascade', 'drop rule r on t', 'drop event trigger e'],
    good: [
      'drop trigger x on t; create trigger x after insert on t execute function f()',
      'create table t (a int); create trigger x after insert on t execute function f(); drop trigger x on public.t',
      'create event trigger e on ddl_command_end execute function f(); drop event trigger e',
      'create rule r as on insert to t do nothing; drop rule r on public.t',
    ],
  },
  drop_policy: {
    bad: ['drop policy p on t', 'drop policy if exists p on s.t'],
    good: [
      'drop policy p on public.t; create policy p on t using (true)',
      'create policy p on t using (true); drop policy p on t',
    ],
  },
  drop_object: {
    bad: [
      'drop role app',
      'drop user if exists a, b',
      'drop collation c',
      'drop cast (text as e)',
      'drop operator === (int, int)',
      'drop text search configuration c',
      'drop server s cascade',
      'drop publication p',
      'drop user mapping for app server s',
    ],
    good: ['create role app; drop role app', 'create publication p; drop publication p'],
  },
  drop_owned: { bad: ['drop owned by app', 'drop owned by a, current_user cascade'], good: [] },
  revoke: {
    bad: [
      'revoke select on t from app',
      'revoke all on all tables in schema public from app',
      'revoke usage on schema s from app cascade',
      'revoke execute on function f(int) from public',
      'revoke admin from app',
    ],
    good: [
      'grant select on t to app',
      'revoke grant option for select on t from app',
      'create function f() returns int language sql as $$ select 1 $$; revoke all on function f() from public',
      'create table t (a int); revoke all on public.t from public',
      'create schema s; revoke all on schema s from public',
      'alter default privileges revoke execute on functions from public',
    ],
  },
  change_policy: {
    bad: ['alter policy p on t using (a > 1)', 'create policy p on t as restrictive using (a > 1)'],
    good: [
      'create policy p on t using (a > 1)',
      'create table t (a int); create policy p on t as restrictive using (a > 1)',
      'create policy p on t using (a > 1); alter policy p on t using (a > 2)',
    ],
  },
  truncate: { bad: ['truncate t', 'truncate table t, u cascade'], good: ['create table t (a int); truncate t'] },
  table_rewrites: {
    bad: [
      '-- no transaction\nvacuum full t',
      '-- no transaction\nvacuum (full, analyze) t',
      'cluster t using i',
      'alter table t set unlogged',
      'alter table t set logged',
      'alter table t set tablespace x',
      'alter table t set access method heap2',
      'alter table t alter column a set expression as (b + 1)',
      'alter table all in tablespace x set tablespace y',
    ],
    good: [
      '-- no transaction\nvacuum t',
      'alter table t set (fillfactor = 70)',
      'alter table t alter column a set statistics 500',
    ],
  },
  lock_table: { bad: ['lock table t', 'lock t in share mode'], good: [] },
  disable_trigger: {
    bad: ['alter table t disable trigger all', 'alter table t disable trigger x'],
    good: ['alter table t enable trigger all'],
  },
  enable_row_security: {
    bad: ['alter table t enable row level security', 'alter table t force row level security'],
    good: [
      'create table t (a int); alter table t enable row level security',
      'alter table t enable row level security; create policy p on public.t using (true)',
      'alter table t disable row level security',
    ],
  },
  refresh_blocks_reads: { bad: ['refresh materialized view v'], good: ['refresh materialized view concurrently v'] },
  attach_partition_scans: {
    bad: [
      'alter table t attach partition p for values in (1, 2)',
      "alter table t attach partition p for values from ('2026-01-01') to ('2027-01-01')",
      'create table t (a int) partition by list (a); alter table t attach partition p for values in (1)',
    ],
    good: [
      'create table p (a int); alter table t attach partition p for values in (1)',
      'alter table p validate constraint c',
      'alter index i attach partition j',
    ],
  },
  detach_partition_blocks: {
    bad: ['alter table t detach partition p'],
    good: ['-- no transaction\nalter table t detach partition p concurrently'],
  },
  no_inherit: {
    bad: ['alter table c no inherit p'],
    good: ['alter table c inherit p', 'create table c () inherits (p); alter table c no inherit p'],
  },
  change_without_where: {
    bad: [
      'update t set a = 1',
      'delete from t',
      'update t set a = 1 where true',
      'delete from t where 1 = 1',
      'with gone as (delete from t returning *) insert into old select * from gone',
      'with x as (select 1) update t set a = 1',
      'update t set a = (select b from u where u.id = t.id) returning a',
      "update t as x set a = 'where' || b from u",
      'do $$ begin update t set a = 1; end $$',
      "do $$ begin if true then execute 'delete from t'; end if; end $$",
    ],
    good: [
      'update t set a = 1 where a is null',
      'delete from t where false',
      'create table t as select 1 as a; update t set a = 2',
      'with gone as (delete from t where a < 3 returning *) insert into old select * from gone',
      'do $$ begin update t set a = 1 where a is null; end $$',
      'do $$ begin perform f(); raise notice $x$delete from t$x$; end $$',
      'create function f() returns void language sql as $$ delete from t $$',
    ],
  },
  json_has_no_equality: {
    bad: ['create table t (a json)', 'alter table t add column a json'],
    good: ['create table t (a jsonb)'],
  },
  name_too_long: {
    bad: [
      `create table ${'a'.repeat(64)} (a int)`,
      `create table t (a int, "${'ä'.repeat(32)}" int)`,
      `create table t (a int, constraint c_${'x'.repeat(62)} check (a > 0))`,
    ],
    good: [
      `create table ${'a'.repeat(63)} (a int)`,
      `create table t (a int, "${'ä'.repeat(31)}""" int)`,
      `create table t (a text default '${'x'.repeat(70)}') -- ${'y'.repeat(70)}`,
    ],
  },
}
