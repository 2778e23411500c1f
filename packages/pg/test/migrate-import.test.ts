import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { migrate } from '../src/index.ts'
import { importMigrations, migrateDown, migrationStatus, verifyMigrations } from '../src/migrate/index.ts'
import { rejection } from './helpers.ts'
import { openMigrationFolder } from './migration-folder.ts'

const folder = await openMigrationFolder()
const { write, up, exists, states, target } = folder

async function add(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.dir, file)), { recursive: true })
    await write(file, text)
  }
}

describe('silence is never success:', () => {
  const foreign = { code: 'migrations_foreign', message: expect.stringContaining('arlen migrate import') }

  test('a folder that is missing or empty', async () => {
    const missing = { ...target(), dir: join(folder.dir, 'none') }
    const nothing = { code: 'migrations_not_found', message: expect.stringContaining('<version>_<name>.sql') }
    for (const run of [migrate, migrateDown, migrationStatus, verifyMigrations]) {
      expect(await rejection(run(missing))).toMatchObject(nothing)
    }
    await add({ '.gitkeep': '', 'README.md': 'none yet' })
    for (const run of [migrate, migrateDown, verifyMigrations]) {
      expect(await rejection(run(target()))).toMatchObject(nothing)
    }
    expect(await states()).toEqual([])
  })

  test.each<[string, Record<string, string>, object]>([
    ['a name in capitals', { '1_a.SQL': 'select 1' }, { code: 'migration_invalid' }],
    ['Prisma', { '20260101000000_init/migration.sql': 'select 1', 'migration_lock.toml': '' }, foreign],
    ['diesel', { '2026-01-01-000000_init/up.sql': 'select 1' }, foreign],
    ['sqlx and golang-migrate', { '1_a.up.sql': 'select 1', '1_a.down.sql': 'select 1' }, foreign],
    ['node-pg-migrate', { '1700000000000_a.js': 'exports.up = () => {}' }, foreign],
  ])('%s', async (_, files, error) => {
    await write('0_ours.sql', 'create table ours (id int);')
    await add(files)
    expect(await rejection(up())).toMatchObject(error)
    expect(await exists('ours')).toBe(false)
  })

  test('subfolders, where nothing is outside of them', async () => {
    await add({ 'V1/a.sql': 'select 1' })
    expect(await rejection(up())).toMatchObject(foreign)
    await write('1_a.sql', 'create table ours (id int);')
    expect((await up()).steps).toHaveLength(1)
  })
})

interface Layout {
  files: Readonly<Record<string, string>>
  ledger: string
}

const layouts: Readonly<Record<string, Layout>> = {
  dbmate: {
    files: {
      '20260101000000_a.sql':
        '-- migrate:up\ncreate table a (id int);\n-- rollback is below\n\n-- migrate:down\ndrop table a;\n',
      '20260102000000_b.sql':
        '-- migrate:up transaction:false\ncreate index concurrently a_i on a (id);\n-- migrate:down transaction:false\ndrop index concurrently a_i;\n',
    },
    ledger: `create table schema_migrations (version varchar primary key); insert into schema_migrations values ('20260101000000')`,
  },
  goose: {
    files: {
      '00001_a.sql':
        '-- +goose Up\n-- +goose StatementBegin\ncreate table a (id int);\n-- +goose StatementEnd\n-- +goose Down\ndrop table a;\n',
      '00002_b.sql':
        '-- +goose NO TRANSACTION\n-- +goose Up\ncreate index concurrently a_i on a (id);\n-- +goose Down\ndrop index a_i;\n',
    },
    ledger: `create table goose_db_version (id serial, version_id bigint, is_applied boolean);
      insert into goose_db_version (version_id, is_applied) values (0, true), (1, true), (2, true), (2, false)`,
  },
  sqlx: {
    files: {
      '1_a.up.sql': 'create table a (id int);',
      '1_a.down.sql': 'drop table a;',
      '2_b.up.sql': '-- no-transaction\ncreate index concurrently a_i on a (id);',
      '2_b.down.sql': 'drop index a_i;',
    },
    ledger:
      'create table _sqlx_migrations (version bigint, success boolean); insert into _sqlx_migrations values (1, true), (2, false)',
  },
  diesel: {
    files: {
      '2026-01-01-000000_a/up.sql': 'create table a (id int);',
      '2026-01-01-000000_a/down.sql': 'drop table a;',
      '2026-01-02-000000_b/up.sql': 'create index concurrently a_i on a (id);',
      '2026-01-02-000000_b/down.sql': 'drop index a_i;',
      '2026-01-02-000000_b/metadata.toml': 'run_in_transaction = false',
    },
    ledger: `create table __diesel_schema_migrations (version varchar); insert into __diesel_schema_migrations values ('20260101000000')`,
  },
  prisma: {
    files: {
      'migration_lock.toml': 'provider = "postgresql"',
      '20260101000000_a/migration.sql': 'create table a (id int);',
      '20260102000000_b/migration.sql': 'create table helper (); drop table helper; create index a_i on a (id);',
    },
    ledger: `create table _prisma_migrations (migration_name text, finished_at timestamptz, rolled_back_at timestamptz);
      insert into _prisma_migrations values ('20260101000000_a', now(), null), ('20260102000000_b', null, null)`,
  },
  'node-pg-migrate': {
    files: {
      '1700000000000_a.sql': '-- Up Migration\ncreate table a (id int);\n-- Down Migration\ndrop table a;\n',
      '1700000000001_b.sql': '-- Up Migration\ncreate index a_i on a (id);\n-- Down Migration\ndrop index a_i;\n',
    },
    ledger: `create table pgmigrations (name text); insert into pgmigrations values ('1700000000000_a')`,
  },
}

describe.each(Object.entries(layouts))('the folder of %s', (tool, { files, ledger }) => {
  test('is adopted with its ledger, in place', async () => {
    await add(files)
    for (const statement of `create table a (id int); ${ledger}`.split(';')) await folder.db.execute(statement)
    const report = await importMigrations({ ...target(), from: folder.dir })
    expect(report).toMatchObject({ tool, ledgerFound: true, files: [{ applied: true }, { applied: false }] })
    expect((await states()).map(state => state.split(' ')[1])).toEqual(['applied', 'pending'])
    expect((await up()).steps).toHaveLength(1)
    expect(await exists('a_i')).toBe(true)
    if (tool === 'prisma') return
    await migrateDown({ ...target(), steps: 2 })
    expect(await exists('a')).toBe(false)
  })

  test('is copied to another folder, and applied where the tool never was', async () => {
    await add(files)
    const dir = join(folder.dir, '.copy')
    const dryRun = await importMigrations({ ...target(), from: folder.dir, dir, dryRun: true })
    expect(await rejection(readdir(dir))).toMatchObject({ code: 'ENOENT' })
    expect(await importMigrations({ ...target(), from: folder.dir, dir })).toEqual(dryRun)
    expect(dryRun).toMatchObject({ tool, ledgerFound: false })
    expect((await up({ dir })).steps).toHaveLength(2)
    const again = await rejection(importMigrations({ ...target(), from: folder.dir, dir }))
    expect(again).toMatchObject({ code: 'EEXIST' })
  })
})

test('converts what other tools accept and Arlen does not: empty parts, BEGIN and COMMIT, two of one version, CONCURRENTLY', async () => {
  await add({
    'migration_lock.toml': 'provider = "postgresql"',
    '20260101000000_a/migration.sql': 'BEGIN;\ncreate table a (id int); -- BEGIN;\nCOMMIT;\n',
    '20260101000000_b/migration.sql': '-- This is an empty migration.\n',
    '20260102000000_c/migration.sql': 'create index concurrently a_i on a (id);',
    '20260102_d/migration.sql': "alter table a add column note text default 'commit;';",
  })
  const dir = join(folder.dir, '.copy')
  const { files } = await importMigrations({ ...target(), from: folder.dir, dir })
  expect(files.map(({ to }) => to)).toEqual([
    '20260101000000_a.sql',
    '20260101000001_b.sql',
    '20260102000000_c.sql',
    '20260102000001_d.sql', // by its name it comes behind the ones of that day
  ])
  expect((await up({ dir })).steps.map(({ transactional }) => transactional)).toEqual([true, true, false, true])
  expect(await exists('a_i')).toBe(true)
  expect(
    await folder.db.value("select column_default from information_schema.columns where column_name = 'note'"),
  ).toContain('commit;')
})

test('an empty down migration counts as none, and diesel orders by the digits of a version', async () => {
  await add({
    '2026-01-02-000000_b/up.sql': 'alter table a add column b int;',
    '2026-01-02-000000_b/down.sql': '-- nothing to undo\n',
    '20260101000000_a/up.sql': 'create table a (id int);',
    '20260101000000_a/down.sql': 'drop table a;',
  })
  const dir = join(folder.dir, '.copy')
  const { tool } = await importMigrations({ ...target(), from: folder.dir, dir })
  expect(tool).toBe('diesel')
  expect((await up({ dir })).steps).toHaveLength(2)
  expect(await rejection(migrateDown({ ...target(), dir }))).toMatchObject({ code: 'migration_irreversible' })
})

test('a folder without a migration, beside those of prisma and diesel, is passed over', async () => {
  for (const [tool, main] of [
    ['prisma', 'migration.sql'],
    ['diesel', 'up.sql'],
  ] as const) {
    await add({
      [`${tool}/2026-01-01-000000_a/${main}`]: 'create table a (id int);',
      [`${tool}/notes/README.md`]: 'why',
    })
    const dir = join(folder.dir, `.${tool}`)
    const imported = await importMigrations({ ...target(), from: join(folder.dir, tool), dir })
    expect(imported.tool).toBe(tool)
    expect(await readdir(dir)).toHaveLength(1)
  }
})

describe('an import that cannot be done', () => {
  test('changes nothing where something applied has no file', async () => {
    const { files, ledger } = layouts.dbmate!
    await add(files)
    for (const statement of ledger.split(';')) await folder.db.execute(statement)
    await folder.db.execute("insert into schema_migrations values ('7')")
    expect(await rejection(importMigrations({ ...target(), from: folder.dir }))).toMatchObject({
      code: 'migration_missing',
    })
    expect(await readFile(join(folder.dir, '20260101000000_a.sql'), 'utf8')).toContain('migrate:up')
    expect(await exists('arlen_migrations')).toBe(false)
  })

  test('says which file is a program', async () => {
    await writeFile(join(folder.dir, '1700000000000_a.ts'), 'export const up = 1')
    expect(await rejection(importMigrations({ ...target(), from: folder.dir }))).toMatchObject({
      code: 'migration_invalid',
      message: expect.stringContaining('1700000000000_a.ts: is a program'),
    })
    await rm(join(folder.dir, '1700000000000_a.ts'))
    expect(await rejection(importMigrations({ ...target(), from: folder.dir }))).toMatchObject({
      code: 'migrations_not_found',
    })
  })
})

describe('a migration without a transaction that has several statements', () => {
  const TABLE = '-- +goose Up\ncreate table t (a int, b int);\n-- +goose Down\ndrop table t;\n'
  const SEVERAL = `-- +goose NO TRANSACTION
-- +goose Up
set lock_timeout = '5s';
create index concurrently t_a on t (a);
-- what comes with it
create index concurrently t_b on t (b);
alter table t add column c int;
-- +goose Down
alter table t drop column c;
drop index concurrently t_b;
drop index concurrently t_a;
`

  test('becomes one for each statement, there and back', async () => {
    await add({
      'goose/00001_t.sql': TABLE,
      'goose/00002_several.sql': SEVERAL,
      'goose/00003_z.sql': '-- +goose Up\nselect 1;\n-- +goose Down\nselect 1;',
    })
    const report = await importMigrations({ ...target(), from: join(folder.dir, 'goose') })
    const files = ['00001_t.sql', '00002_several.sql', '00003_several_2.sql', '00004_several_3.sql', '00005_z.sql']
    expect(report.files.map(({ to }) => to)).toEqual(files)
    await rm(join(folder.dir, 'goose'), { recursive: true })
    expect((await up()).steps.map(({ transactional }) => transactional)).toEqual([true, false, false, true, true])
    const indexes = () =>
      folder.db.value<string>(
        "select string_agg(indexname, ' ' order by indexname) from pg_indexes where tablename = 't'",
      )
    expect(await indexes()).toBe('t_a t_b')
    await migrateDown({ ...target(), to: '2' })
    expect(await indexes()).toBe('t_a')
    await migrateDown({ ...target(), to: '1' })
    expect(await indexes()).toBeNull()
    expect((await up()).steps).toHaveLength(4)
  })

  test('takes the place of its source, and counts as applied as a whole', async () => {
    await add({ '00001_t.sql': TABLE, '00002_several.sql': SEVERAL })
    await folder.db.execute('create table goose_db_version (id serial, version_id bigint, is_applied boolean)')
    await folder.db.execute(
      'insert into goose_db_version (version_id, is_applied) values (0, true), (1, true), (2, true)',
    )
    await importMigrations({ ...target(), from: folder.dir })
    expect((await readdir(folder.dir)).sort()).toEqual([
      ...['00001_t.sql', '00002_several.sql', '00003_several_2.sql', '00004_several_3.sql'],
    ])
    expect(await states()).toEqual(['00001 applied', '00002 applied', '00003 applied', '00004 applied'])
  })

  test('keeps what stands between BEGIN and COMMIT together', async () => {
    const text = `-- migrate:up transaction:false
begin; create table a (id int); insert into a values (1); commit;
create index concurrently a_id on a (id);
-- migrate:down transaction:false
drop index concurrently a_id;
begin; delete from a; drop table a; commit;
`
    await add({ 'dbmate/1_a.sql': text })
    await importMigrations({ ...target(), from: join(folder.dir, 'dbmate') })
    await rm(join(folder.dir, 'dbmate'), { recursive: true })
    expect((await up()).steps.map(({ transactional }) => transactional)).toEqual([true, false, true, false])
    expect(await folder.db.value('select count(*)::int from a')).toBe(1)
    await migrateDown({ ...target(), to: '0' })
    expect(await exists('a')).toBe(false)
  })
})
