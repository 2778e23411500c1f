import { describe, expect, test } from 'vitest'
import { parseMigration } from '../migrate/files.ts'
import { lintMigration, migrationPhase } from './lint.ts'
import { RULES, type RuleName } from './rules.ts'

const rules = async (text: string) => (await lintMigration(parseMigration('1_x.sql', text))).map(({ rule }) => rule)

/** For every rule what breaks it, and the safe recipe, which does not. */
const cases: Record<Exclude<RuleName, 'syntax_error'>, { bad: string[]; good: string[] }> = {
  create_index_blocks_writes: {
    bad: ['create index i on t (a)', 'create unique index on s.t (a)'],
    good: [
      '-- no transaction\ncreate index concurrently i on t (a)',
      'create table t (a int); create index i on t (a)',
    ],
  },
  drop_index_blocks: { bad: ['drop index i'], good: ['-- no transaction\ndrop index concurrently i'] },
  reindex_blocks: { bad: ['reindex table t'], good: ['-- no transaction\nreindex (concurrently) table t'] },
  concurrently_in_transaction: {
    bad: [
      'create index concurrently i on t (a)',
      'drop index concurrently i',
      'alter table t detach partition p concurrently',
    ],
    good: [],
  },
  add_not_null_column: {
    bad: ['alter table t add column a int not null'],
    good: ['alter table t add column a int not null default 0', 'alter table t add column a int'],
  },
  add_column_rewrites: {
    bad: [
      'alter table t add column a serial',
      'alter table t add column a int generated always as identity',
      'alter table t add column a int generated always as (b + 1) stored',
      'alter table t add column a uuid default gen_random_uuid()',
      "alter table t add column a text not null default 'x' || random()::text",
    ],
    good: [
      'alter table t add column a timestamptz not null default now()',
      "alter table t add column a text default 'x' || 'y'",
      'alter table t alter column a set default gen_random_uuid()',
    ],
  },
  add_column_constraint_scans: {
    bad: [
      'alter table t add column a int references u',
      'alter table t add column a int check (a > 0)',
      'alter table t add column a int unique',
    ],
    good: [],
  },
  set_not_null_scans: {
    bad: ['alter table t alter column a set not null'],
    good: [
      'alter table t add constraint c check (a is not null) not valid',
      'alter table t validate constraint c',
      'alter table t add constraint n not null a not valid',
    ],
  },
  change_type_rewrites: { bad: ['alter table t alter column a type bigint'], good: [] },
  rename_column: { bad: ['alter table t rename column a to b'], good: [] },
  rename_table: {
    bad: ['alter table t rename to u', 'alter schema a rename to b'],
    good: ['alter index i rename to j'],
  },
  rename_enum_value: { bad: ["alter type e rename value 'a' to 'b'"], good: ["alter type e add value 'c'"] },
  foreign_key_scans: {
    bad: ['alter table t add constraint f foreign key (a) references u'],
    good: ['alter table t add constraint f foreign key (a) references u not valid'],
  },
  check_scans: {
    bad: ['alter table t add constraint c check (a > 0)'],
    good: ['alter table t add constraint c check (a > 0) not valid'],
  },
  unique_builds_index: {
    bad: ['alter table t add constraint u unique (a)', 'alter table t add primary key (a)'],
    good: ['alter table t add constraint u unique using index i'],
  },
  exclusion_builds_index: { bad: ['alter table t add exclude using gist (a with &&)'], good: [] },
  validate_in_same_transaction: {
    bad: ['alter table t add constraint c check (a > 0) not valid; alter table t validate constraint c'],
    good: ['alter table t validate constraint other'],
  },
  drop_column: { bad: ['alter table t drop column a'], good: ['create table t (a int); alter table t drop column a'] },
  drop_table: {
    bad: ['drop table t', 'drop materialized view v'],
    good: ['create table t (a int); drop table t', 'drop view v', 'drop function f'],
  },
  drop_schema: { bad: ['drop schema s cascade'], good: [] },
  truncate: { bad: ['truncate t'], good: ['create table t (a int); truncate t'] },
  table_rewrites: {
    bad: ['-- no transaction\nvacuum full t', 'cluster t', 'alter table t set unlogged'],
    good: ['-- no transaction\nvacuum t'],
  },
  lock_table: { bad: ['lock table t'], good: [] },
  disable_trigger: { bad: ['alter table t disable trigger all'], good: ['alter table t enable trigger all'] },
  refresh_blocks_reads: { bad: ['refresh materialized view v'], good: ['refresh materialized view concurrently v'] },
  detach_partition_blocks: {
    bad: ['alter table t detach partition p'],
    good: ['-- no transaction\nalter table t detach partition p concurrently'],
  },
  change_without_where: {
    bad: ['update t set a = 1', 'delete from t'],
    good: ['update t set a = 1 where a is null', 'create table t as select 1 as a; update t set a = 2'],
  },
  json_has_no_equality: {
    bad: ['create table t (a json)', 'alter table t add column a json'],
    good: ['create table t (a jsonb)'],
  },
}

describe.each(Object.entries(cases))('%s', (rule, { bad, good }) => {
  test('is found, but not where it is done right', async () => {
    for (const text of bad) expect(await rules(text), text).toContain(rule)
    for (const text of good) expect(await rules(text), text).not.toContain(rule)
    for (const text of good.filter(text => !text.startsWith('create table')))
      expect(await rules(text), text).toEqual([])
  })
})

test('every rule has cases, and says what to do', () => {
  expect(Object.keys(cases).length).toBeGreaterThanOrEqual(12)
  expect([...Object.keys(cases), 'syntax_error'].sort()).toEqual(Object.keys(RULES).sort())
})

describe('a finding', () => {
  test('has the place in the file', async () => {
    const file =
      '-- up\n-- größer\ncreate table n (a int);\n\n  -- note\n  alter table t drop column a;\n-- down\nselect 1;'
    expect(await lintMigration(parseMigration('1_x.sql', file))).toMatchObject([
      { rule: 'drop_column', file: '1_x.sql', line: 6, column: 3 },
    ])
  })

  test('is set aside by a comment with a reason, for that statement and rule alone', async () => {
    const allowed = '-- allow drop_column: unused since 2.3\nalter table t drop column a;'
    expect(await rules(allowed)).toEqual([])
    expect(await rules(`${allowed}\nalter table t drop column b;`)).toEqual(['drop_column'])
    expect(await rules('alter table t drop column a; -- allow drop_column: unused')).toEqual([])
    expect(
      await rules('alter table t drop column a; -- allow drop_column: unused\nalter table t drop column b;'),
    ).toEqual(['drop_column'])
    expect(await rules("comment on table t is '\n-- allow drop_column: x'; alter table t drop column a")).toEqual([
      'drop_column',
    ])
    expect(await rules("alter table t drop column a, add column b text default '\n-- allow drop_column: x'")).toEqual([
      'drop_column',
    ])
    expect(await rules('-- allow drop_column:\nalter table t drop column a')).toEqual(['drop_column'])
    expect(await rules('-- allow drop_table: no\nalter table t drop column a')).toEqual(['drop_column'])
  })

  test('may be that PostgreSQL does not understand it', async () => {
    const migration = parseMigration('1_x.sql', 'select 1;\nselct 2;')
    expect(await lintMigration(migration)).toMatchObject([
      { rule: 'syntax_error', line: 2, problem: expect.stringContaining('selct') },
    ])
  })
})

test('a migration contracts when it takes something away, allowed or not', async () => {
  const phase = (text: string) => migrationPhase(parseMigration('1_x.sql', text))
  expect(await phase('create table t (a int)')).toBe('expand')
  expect(await phase('alter table t add column a int; create index i on t (a)')).toBe('expand')
  expect(await phase('-- allow drop_column: unused\nalter table t drop column a')).toBe('contract')
})
