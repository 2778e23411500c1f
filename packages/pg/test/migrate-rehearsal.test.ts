import { chmod, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { type MigrationEvent, migrate } from '../src/index.ts'
import { openAdmin, rejection } from './helpers.ts'
import { openMigrationFolder } from './migration-folder.ts'

const folder = await openMigrationFolder()
const { write, up, exists, states } = folder

const check = async (more = {}) => {
  const events: MigrationEvent[] = []
  const report = await up({ dryRun: true, check: true, onEvent: event => events.push(event), ...more })
  return { report, types: events.map(event => event.type) }
}
const rehearsals = () => folder.db.value("select count(*)::int from pg_database where datname like 'arlen_rehearsal_%'")

test('statements that cannot run in a transaction are rehearsed too: concurrent indexes, an enum value that the next file uses', async () => {
  await write('1_a.sql', "create table t (id int); create type mood as enum ('ok');")
  await up()
  await write('2_b.sql', '-- no transaction\ncreate unique index concurrently t_id on t (id);')
  await write('3_c.sql', 'alter table t add constraint t_pk primary key using index t_id;')
  await write('4_d.sql', "alter type mood add value 'sad';")
  await write('5_e.sql', "create table moods (mood mood default 'sad');")
  const { report, types } = await check()
  expect(report).toMatchObject({ dryRun: true, steps: { length: 4 } })
  expect(types.filter(type => type !== 'start' && type !== 'progress')).toEqual(['plan', ...Array(4).fill('rehearsed')])
  expect(await exists('moods')).toBe(false)
  expect(await states()).toEqual(['1 applied', '2 pending', '3 pending', '4 pending', '5 pending'])
  expect(await rehearsals()).toBe(0)
  expect((await up()).steps).toHaveLength(4)
})

test('a migration that fails is reported as in a real run, and leaves nothing behind', async () => {
  await write('1_a.sql', 'create table t (id int);')
  await up()
  await write('2_b.sql', 'alter table t drop column nope;')
  expect(await rejection(check())).toMatchObject({
    code: 'migration_failed',
    message: expect.stringMatching(/^2_b\.sql failed: .*nope/),
  })
  expect(await rehearsals()).toBe(0)
})

test('the target is not locked', async () => {
  await write('1_a.sql', 'create table t (id int);')
  await up()
  await write('2_b.sql', 'alter table t add column x int; select pg_sleep(0.3);')
  await using holder = await openAdmin(folder.dsn)
  await holder.query('begin; lock table t in access share mode')
  expect((await check({ lockTimeoutMs: 50, lockRetries: 0 })).types).toContain('rehearsed')
  await holder.query('rollback')
})

test('the copy compares text as the target does, and has its settings', async () => {
  const name = `icu_${new URL(folder.dsn).pathname.slice(1)}`
  const id = folder.db.sql.id(name)
  const dsn = Object.assign(new URL(folder.dsn), { pathname: `/${name}` }).href
  const { sql } = folder.db
  await folder.db.execute(
    sql`create database ${id} template template0 encoding 'UTF8' locale_provider icu icu_locale 'de-u-kn-true' lc_collate 'C' lc_ctype 'C'`,
  )
  try {
    await folder.db.execute(sql`alter database ${id} set shop.rate to 'it''s 3'`)
    await folder.db.execute(sql`alter database ${id} set search_path to "$user", public, "Other"`)
    // Fails unless numbers in words count, as in the target alone; and unless its settings are there.
    await write(
      '1_a.sql',
      `create table t (id int);
       do $$ begin
         assert 'a2' < 'a10', 'another collation';
         assert current_setting('shop.rate') = 'it''s 3', 'another setting';
         assert current_setting('search_path') = '"$user", public, "Other"', 'another search path';
       end $$;`,
    )
    expect((await check({ dsn })).types).toContain('rehearsed')
  } finally {
    await folder.db.execute(folder.db.sql`drop database ${id} with (force)`)
  }
})

test('a schema of a tenant is rehearsed as such', async () => {
  await write('1_a.sql', 'create table t (id int); create table acme.u (id int);')
  await check({ schema: 'acme' })
  expect(await folder.db.value("select to_regnamespace('acme')")).toBeNull()
})

test('says why a rehearsal is impossible: no right to create a database, or one that these files did not make', async () => {
  await write('1_a.sql', 'create table t (id int);')
  await up()
  await folder.db.execute('create table by_hand (id int)')
  await write('2_b.sql', 'alter table by_hand add column x int;')
  await up()
  await write('3_c.sql', 'create table u (id int);')
  expect(await rejection(check())).toMatchObject({
    code: 'migration_unrehearsed',
    message: expect.stringContaining('2_b.sql, which is applied here, already fails'),
  })
  const role = `weak_${new URL(folder.dsn).pathname.slice(1)}`
  await folder.db.execute(folder.db.sql`create role ${folder.db.sql.id(role)} login password 'weak'`)
  await folder.db.execute(folder.db.sql`grant select on arlen_migrations to ${folder.db.sql.id(role)}`)
  await folder.db.execute(folder.db.sql`grant usage on schema public to ${folder.db.sql.id(role)}`)
  try {
    const dsn = Object.assign(new URL(folder.dsn), { username: role, password: 'weak' }).href
    expect(await rejection(migrate({ dsn, dir: folder.dir, dryRun: true, check: true }))).toMatchObject({
      code: 'migration_unrehearsed',
      message: expect.stringContaining('CREATEDB'),
    })
  } finally {
    await folder.db.execute(folder.db.sql`drop owned by ${folder.db.sql.id(role)}`)
    await folder.db.execute(folder.db.sql`drop role ${folder.db.sql.id(role)}`)
  }
})

afterEach(() => vi.unstubAllEnvs())

/** A pg_dump that is new enough, runs these lines of shell, and notes how it was called. */
async function standIn(script: string): Promise<void> {
  const text = `#!/bin/sh
if [ "$1" = --version ]; then echo 'pg_dump (PostgreSQL) 99.1'; exit; fi
echo "$@ $PGDATABASE $PGUSER" > '${join(folder.dir, 'called')}'
${script}
`
  await writeFile(join(folder.dir, 'pg_dump'), text)
  await chmod(join(folder.dir, 'pg_dump'), 0o755)
  vi.stubEnv('PATH', `${folder.dir}${delimiter}${process.env.PATH}`)
}

describe('a database that was changed by hand', () => {
  const drifted = async () => {
    await write('1_a.sql', 'create table t (id int);')
    await up()
    await folder.db.execute('alter table t add column by_hand int')
    await write('2_b.sql', 'alter table t drop column by_hand;')
  }

  test('is not rehearsed on what its files make', async () => {
    await drifted()
    vi.stubEnv('PATH', folder.dir)
    expect(await rejection(check())).toMatchObject({
      code: 'migration_unrehearsed',
      message: expect.stringMatching(
        /not what its applied migrations make: column public\.t\.by_hand is not in the copy\..*pg_dump of PostgreSQL \d+ is not installed/,
      ),
    })
    expect(await rehearsals()).toBe(0)
  })

  test('is rehearsed on a dump of its schema', async () => {
    await drifted()
    await standIn(`cat <<'SQL'
\\restrict abc
select pg_catalog.set_config('search_path', '', false);
CREATE SCHEMA public;
create table public.t (id int, by_hand int);
\\unrestrict abc
SQL`)
    expect((await check()).types).toContain('rehearsed')
    const called = (await readFile(join(folder.dir, 'called'), 'utf8')).trim().split(' ')
    expect(called).toEqual([
      ...['--schema-only', '--no-subscriptions', '--lock-wait-timeout=3000'],
      ...[new URL(folder.dsn).pathname.slice(1), new URL(folder.dsn).username],
    ])
    expect(await rehearsals()).toBe(0)
  })

  test('is said not to be rehearsed where it cannot be dumped either', async () => {
    await drifted()
    await standIn('echo "pg_dump: error: permission denied for table t" >&2; exit 1')
    expect(await rejection(check())).toMatchObject({
      code: 'migration_unrehearsed',
      message: expect.stringContaining('pg_dump failed: pg_dump: error: permission denied for table t'),
    })
  })

  // Three at a time: the error names up to five.
  test.each<[string, [made: string, changed: string, named: string][]]>([
    [
      'types, defaults and constraints',
      [
        ["create type mood as enum ('ok')", "alter type mood add value 'sad'", 'type public.mood'],
        ['create table x (a int default 1)', 'alter table x alter a set default 2', 'column public.x.a'],
        ['create table y (a int)', 'alter table y add check (a > 0)', 'constraint public.y.y_a_check'],
      ],
    ],
    [
      'indexes, views and functions',
      [
        ['create table x (a int)', 'create index x_a on x (a)', 'index public.x_a'],
        ['create view y as select 1 as a', 'create or replace view y as select 2 as a', 'view public.y'],
        ["create function f() returns int language sql as 'select 1'", 'drop function f', 'function public.f()'],
      ],
    ],
    [
      'row security, triggers and policies',
      [
        ['create table x (a int)', 'alter table x enable row level security', 'table public.x'],
        [
          'create table y (a int)',
          'create trigger y before update on y execute function suppress_redundant_updates_trigger()',
          'trigger public.y.y',
        ],
        ['create table z (a int)', 'create policy p on z using (true)', 'policy public.z.p'],
      ],
    ],
  ])('in %s is noticed', async (_, objects) => {
    await write('1_a.sql', objects.map(([made]) => `${made};`).join('\n'))
    await up()
    for (const [, changed] of objects) await folder.db.execute(changed as string)
    await write('2_b.sql', 'create table later (id int);')
    vi.stubEnv('PATH', folder.dir)
    const { message } = (await rejection(check())) as Error
    for (const [, , named] of objects) expect(message).toContain(named)
  })
})

test('a dump that fails does not matter where the files make the same', async () => {
  await write('1_a.sql', 'create table t (id int);')
  await up()
  await write('2_b.sql', 'alter table t add column x int;')
  await standIn('echo "create table nonsense (;"')
  expect((await check()).types).toContain('rehearsed')
})

test.each([
  'create role arlen_rehearsed',
  'do $$ begin create role arlen_rehearsed; end $$',
  'alter system set work_mem = 1',
  'create database x',
  'grant pg_monitor to current_user',
  'drop user arlen_rehearsed',
])('%s, which all databases of the server share, is not rehearsed', async text => {
  await write('1_a.sql', `create table t (id int); ${text};`)
  expect(await rejection(check())).toMatchObject({
    code: 'migration_unrehearsed',
    message: expect.stringContaining('1_a.sql changes what all databases of the server share'),
  })
  expect(await folder.db.value("select count(*)::int from pg_roles where rolname = 'arlen_rehearsed'")).toBe(0)
})

test('statements that only look like it are rehearsed', async () => {
  const texts = [
    "create table t (v text default 'create role x')",
    'grant select on t to public',
    'revoke all on t from public',
  ]
  await write('1_a.sql', `${texts.join('; ')};`)
  expect((await check()).types).toContain('rehearsed')
})

test('statements that depend on rows are named', async () => {
  await write('1_a.sql', 'create table t (id int, v text);')
  await up()
  const byRows = [
    'create unique index t_id on t (id)',
    'alter table t alter v set not null',
    'alter table t add constraint c check (id > 0)',
    "insert into t values (2, 'x')",
  ]
  const others = [
    'create index t_v on t (v)',
    'alter table t add constraint d check (id > 1) not valid',
    'alter table t add w int',
  ]
  await write('2_b.sql', `${[...others, ...byRows].join(';\n')};`)
  const named: string[] = []
  await check({ onEvent: (event: MigrationEvent) => event.type === 'rehearsed' && named.push(...event.byRows) })
  expect(named).toEqual(byRows)
})
