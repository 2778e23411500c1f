import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { cases } from '../../test/lint-cases.ts'
import { parseMigration } from '../migrate/files.ts'
import { normalizeSql } from '../sql/sql-scanner.ts'
import { KnownSchema } from './known-schema.ts'
import { lintKnowing, lintMigration, lintMigrations, migrationPhase } from './lint.ts'
import { RULES } from './rules.ts'

const lint = (text: string, known = new KnownSchema()) => lintKnowing(parseMigration('1_x.sql', text), known)
const rules = async (text: string) => (await lint(text)).map(({ rule }) => rule)

/** Forms that lock nothing, unlike the others of their rule. */
const UNLOCKED = ['alter domain d drop default', 'alter domain d drop not null', 'drop event trigger e']

describe.each(Object.entries(cases))('%s', (rule, { bad, good }) => {
  test('is found, but not where it is done right', async () => {
    for (const text of bad) expect(await rules(text), text).toContain(rule)
    for (const text of good) expect(await rules(text), text).not.toContain(rule)
    for (const text of good.filter(text => !/^create table t \(a jsonb?\)/.test(text))) {
      expect(await rules(text), text).toEqual([])
    }
  })

  test('has a recipe that the lint has nothing against when it is followed to the letter', async () => {
    for (const text of bad) {
      const found = (await lint(text)).find(finding => finding.rule === rule)!
      const known = new KnownSchema()
      for (const part of found.recipe.split(/^-- (?:next migration|a later release)$/m)) {
        if (normalizeSql(part) === '') continue
        const left = (await lint(part, known)).map(finding => finding.rule)
        expect(left, `${text}\n→ ${part}`).toEqual([])
      }
      expect(found.link).toMatch(/^https:\/\/www\.postgresql\.org\/docs\/current\/[a-z-]+\.html/)
      if (RULES[found.rule].lock && !UNLOCKED.includes(text))
        expect(found.lock, text).toMatch(/^[A-Z ]+ on .+ \(.+ wait\) \w+/)
    }
  })
})

test.each([
  ['0', ['integer', 'bigint', 'smallint', 'numeric', 'numeric(8, 2)', 'real', 'double precision']],
  ["''", ['text', 'varchar', 'varchar(20)', 'citext']],
  ['false', ['boolean']],
  ['now()', ['timestamptz', 'timestamp']],
  ['current_date', ['date']],
  ["'{}'", ['jsonb', 'text[]', 'integer[]']],
])('the recipe for a new column that is NOT NULL proposes the default %s for %j', async (value, types) => {
  for (const type of types) {
    const found = await lint(`alter table t add column c ${type} not null`)
    const recipe = found.find(({ rule }) => rule === 'add_not_null_column')?.recipe
    expect(recipe, type).toContain(`not null default ${value};`)
  }
  const [other] = await lint('alter table t add column c uuid not null')
  expect(other?.recipe).toContain('the next release writes it')
})

test.each([
  ["from ('2026-01-01') to ('2027-01-01')", "at is not null and at >= '2026-01-01' and at < '2027-01-01'"],
  ["from (minvalue) to ('2027-01-01')", "at is not null and at < '2027-01-01'"],
  ["from ('2026-01-01') to (MAXVALUE)", "at is not null and at >= '2026-01-01'"],
  ['from (minvalue) to (maxvalue)', 'at is not null'],
  ["in ('a', 'b')", "at is not null and at in ('a', 'b')"],
])('the check before a partition is attached for values %s says what its bound implies', async (bound, condition) => {
  const known = new KnownSchema()
  await lint('create table parts (id int, at date) partition by range (at)', known)
  const [found] = await lint(`alter table parts attach partition p for values ${bound}`, known)
  expect(found?.recipe).toContain(`add constraint p_bound check (${condition}) not valid`)
  const [unknown] = await lint(`alter table others attach partition p for values ${bound}`)
  expect(unknown?.recipe).toContain(`check (${condition.replaceAll(/\bat\b/g, 'key')}) not valid`)
})

test('a default partition is not compared, and the partition of an index neither', async () => {
  expect(await rules('alter table parts attach partition p default')).toEqual([])
  expect(await rules('alter index i attach partition j')).toEqual([])
})

test.each([
  ['check (c > 0)', 'add constraint t_c_check check (c > 0) not valid', 'validate constraint t_c_check'],
  ['constraint k check (c > 0)', 'add constraint k check (c > 0) not valid', 'validate constraint k'],
  ['unique', 'create unique index concurrently t_c_key on t (c)', 'add constraint t_c_key unique using index t_c_key'],
  [
    'primary key',
    'create unique index concurrently t_pkey on t (c)',
    'add constraint t_pkey primary key using index t_pkey',
  ],
  [
    'default 1 references u',
    'add constraint t_c_fkey foreign key (c) references u not valid',
    'validate constraint t_c_fkey',
  ],
])('the recipe for a new column with %s adds that apart', async (constraint, adds, then) => {
  const [found] = await lint(`alter table t add column c int ${constraint}`)
  expect(found?.recipe).toContain(adds)
  expect(found?.recipe).toContain(then)
})

test.each(['drop table t', 'drop table t; create table t (b varchar(10))', 'drop table public.t cascade'])(
  'what is known of a table ends with it: %s',
  async statement => {
    const known = new KnownSchema()
    await lint('create table t (a varchar(10))', known)
    expect(known.column('t', 'a')).toBeDefined()
    await lint(statement, known)
    expect(known.column('t', 'a')).toBeUndefined()
  },
)

test.each([
  'select 1 as a into t; drop table t',
  'create table t as select 1 as a; drop table t',
  'create foreign table t (a int) server s; drop foreign table t',
  'create sequence t; drop sequence t',
  "create type t as enum ('a'); drop type t",
  'create collation c from "C"; drop collation c',
  'create aggregate g (int) (sfunc = f, stype = int); drop aggregate g (int)',
  'create extension e; drop extension e',
  'create schema s; drop schema s',
  'create server s foreign data wrapper w; drop server s',
])('what the same migration has made may be dropped in it: %s', async text => {
  expect(await rules(text)).toEqual([])
})

test('nothing is found in nothing', async () => {
  for (const up of ['', ' \n', '-- nothing yet', '/* nothing */;']) {
    expect(await lintMigration({ file: '1_x.sql', up, transactional: true }), up).toEqual([])
  }
})

test('every rule has cases', () => {
  expect([...Object.keys(cases), 'syntax_error'].sort()).toEqual(Object.keys(RULES).sort())
})

describe('a finding', () => {
  test('has the place in the file', async () => {
    const file =
      '-- up\n-- größer\ncreate table n (a int);\n\n  -- note\n  alter table t drop column a;\n-- down\nselect 1;'
    expect(await lint(file)).toMatchObject([{ rule: 'drop_column', file: '1_x.sql', line: 6, column: 3 }])
  })

  test('says what is locked, how and until when, and has SQL to paste', async () => {
    const [index] = await lint('create unique index "Größe" on shop.items (size) where size > 0;')
    expect(index).toMatchObject({
      phase: 'expand',
      lock: 'SHARE on shop.items (writes wait) until the index is built',
      recipe: '-- no transaction\ncreate unique index concurrently "Größe" on shop.items (size) where size > 0;',
      link: 'https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY',
    })
    const [key] = await lint(
      'alter table "order"\n add column note text, add foreign key (buyer) references users on delete cascade',
    )
    expect(key).toMatchObject({
      lock: 'SHARE ROW EXCLUSIVE on "order" and users (writes wait) while every row is read',
      recipe:
        'alter table "order" add constraint order_buyer_fkey foreign key (buyer) references users on delete cascade not valid;\n-- next migration\nalter table "order" validate constraint order_buyer_fkey;',
    })
    const [, column] = await lint(
      'alter table t add column a int references u (id) not null, add column b uuid default gen_random_uuid() not null',
    )
    expect(column!.recipe).toContain('add constraint t_a_fkey foreign key (a) references u (id) not valid')
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

describe('objects made by earlier migrations are known', () => {
  async function inOrder(...files: string[]): Promise<string[]> {
    const dir = await mkdtemp(join(tmpdir(), 'lint-'))
    try {
      for (const [i, text] of files.entries()) await writeFile(join(dir, `${i + 1}_x.sql`), text)
      return (await lintMigrations({ dir })).map(({ file, rule }) => `${file}: ${rule}`)
    } finally {
      await rm(dir, { recursive: true })
    }
  }

  test('types, so that a wider varchar or numeric is not taken for a rewrite', async () => {
    const table = 'create table t (a varchar(10), b numeric(8, 2), c text, d int, e varchar(10)[])'
    expect(
      await inOrder(
        table,
        'alter table t alter column a type varchar(20)',
        'alter table public.t alter a type text, alter b type numeric(12, 2)',
      ),
    ).toEqual([])
    expect(
      await inOrder(table, 'alter table t add column f varchar(10)', 'alter table t alter column f type varchar(20)'),
    ).toEqual([])
    for (const narrower of [
      'alter column a type varchar(5)',
      'alter column b type numeric(12, 3)',
      'alter column c type varchar(20)',
      'alter column d type bigint',
      'alter column d type text',
      "alter column a type text using a || 'x'",
    ]) {
      expect(await inOrder(table, `alter table t ${narrower}`), narrower).toEqual(['2_x.sql: change_type_rewrites'])
    }
    expect(
      await inOrder(
        table,
        'alter table t rename to u; create view t as select * from u',
        'alter table u alter a type text',
      ),
    ).toEqual([])
  })

  test('constraints, so that SET NOT NULL and ATTACH PARTITION after a validated check read nothing', async () => {
    expect(
      await inOrder(
        'create table t (a int)',
        'alter table t add constraint c check (a is not null) not valid',
        'alter table t validate constraint c',
        'alter table t alter column a set not null; alter table t drop constraint c',
      ),
    ).toEqual([])
    expect(
      await inOrder(
        'create table t (a int)',
        'alter table t add constraint c check (a is not null) not valid',
        'alter table t alter column a set not null',
      ),
    ).toEqual(['3_x.sql: set_not_null_scans'])
    expect(
      await inOrder(
        'create table p (a int, constraint c check (a is not null and a = 1)); create table t (a int) partition by list (a)',
        'alter table t attach partition p for values in (1)',
      ),
    ).toEqual([])
  })

  test('functions, whose volatility decides whether a default rewrites the table', async () => {
    const make = (word: string) => `create function code() returns text language sql ${word} as $$ select 'x' $$`
    const column = 'alter table t add column a text default code()'
    expect(await inOrder(make('immutable'), column)).toEqual([])
    expect(await inOrder(make('stable'), column)).toEqual([])
    expect(await inOrder(make(''), column)).toEqual(['2_x.sql: add_column_rewrites'])
  })

  test('those left out by only are read but not reported', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'lint-'))
    await writeFile(join(dir, '1_x.sql'), 'create table t (a varchar(10)); drop table u')
    await writeFile(join(dir, '2_x.sql'), 'alter table t alter a type text')
    expect(await lintMigrations({ dir, only: ({ version }) => version === '2' })).toEqual([])
    await rm(dir, { recursive: true })
  })
})

test('a migration contracts when it takes something away, allowed or not', async () => {
  const phase = (text: string) => migrationPhase(parseMigration('1_x.sql', text))
  expect(await phase('create table t (a int)')).toBe('expand')
  expect(await phase('alter table t add column a int; create index i on t (a)')).toBe('expand')
  expect(await phase('-- allow drop_column: unused\nalter table t drop column a')).toBe('contract')
  expect(await phase('select 1;\n-- allow drop_column: unused\nalter table t drop column a')).toBe('contract')
  expect(await phase('do $$ begin alter table t drop column a; end $$')).toBe('contract')
})
