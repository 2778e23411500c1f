import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { migrateDown } from '../src/migrate/index.ts'
import { rejection } from './helpers.ts'
import { openMigrationFolder } from './migration-folder.ts'

const folder = await openMigrationFolder()
const { write, target, up, exists } = folder

test('a path that is missing or is not a folder is an error', async () => {
  const file = join(folder.dir, 'file')
  await writeFile(file, 'x')
  expect(await rejection(up({ dir: file }))).toMatchObject({
    code: 'migrations_not_found',
    message: expect.stringContaining(`No migrations: ${file} is no folder.`),
  })
  const missing = join(folder.dir, 'none')
  expect(await rejection(up({ dir: missing }))).toMatchObject({
    code: 'migrations_not_found',
    message: expect.stringContaining(`No migrations: ${missing} does not exist.`),
  })
  expect(await rejection(up({ dir: join(file, 'below') }))).toMatchObject({ code: 'migrations_not_found' })
})

test.for([-1, 1.5, Number.NaN])('lockTimeoutMs of %d is refused', async lockTimeoutMs => {
  await write('1_a.sql', 'create table x (a int);')
  expect(await rejection(up({ lockTimeoutMs }))).toMatchObject({
    code: 'option_invalid',
    message: expect.stringMatching(/^migrate\(\): the option lockTimeoutMs must be a whole number/),
  })
  expect(await exists('x')).toBe(false)
})

test('migrates up to a version, and not beyond', async () => {
  for (const version of [1, 2, 10]) await write(`${version}_a.sql`, `create table t${version} (a int);`)
  expect((await up({ to: '2' })).steps.map(({ version }) => version)).toEqual(['1', '2'])
  expect((await up({ to: '2' })).steps).toEqual([])
  expect((await up({ to: '9' })).steps).toEqual([])
  expect((await up({ to: '10' })).steps.map(({ version }) => version)).toEqual(['10'])
})

test('a file that was applied and is gone is named when it is to be undone', async () => {
  await write('1_a.sql', 'create table x (a int);\n-- down\ndrop table x;')
  await up()
  await rm(join(folder.dir, '1_a.sql'))
  await write('2_b.sql', 'select 1;')
  expect(await rejection(migrateDown(target()))).toMatchObject({
    code: 'migration_missing',
    message: `Migration 1_a is applied, but its file is not in ${folder.dir}.`,
  })
})

test('undoing nothing is a report of nothing', async () => {
  await write('1_a.sql', 'create table x (a int);\n-- down\ndrop table x;')
  expect(await migrateDown(target())).toEqual({ steps: [], dryRun: false })
  expect(await migrateDown({ ...target(), dryRun: true })).toEqual({ steps: [], dryRun: true })
  await up()
  expect(await migrateDown({ ...target(), dryRun: true })).toMatchObject({ steps: [{ version: '1' }], dryRun: true })
  expect(await exists('x')).toBe(true)
})

describe('files that are refused before anything is done', () => {
  test.for<[string, string, RegExp]>([
    ['a.sql', 'select 1', /is not named <version>_<name>\.sql/],
    ['2_a.sql', '-- nothing\n', /nothing to run under "-- up"/],
    ['2_a.sql', '-- up\nselect 1;\n-- down\n', /nothing to run under "-- down"/],
    ['2_a.sql', '-- up\nselect 1;\n-- up\nselect 2;', /has "-- up" twice/],
    ['2_a.sql', 'create table x (id int); commit; select 1;', /has "commit"/],
    ['2_a.sql', '-- no transaction\nvacuum; analyze;', /several statements/],
    ['2_a.sql', '-- no transaction\ncreate unique index concurrently on t (id)', /without a name/],
    ['2_a.sql', 'create table x (a int);\n-- Down migration\ndrop table x;', /has "-- Down migration".*"-- down"/],
    ['2_a.sql', 'create table x (a int);\n-- migrate:down\ndrop table x;', /has "-- migrate:down"/],
    ['2_a.sql', 'create table x (a int);\n-- +goose Down\ndrop table x;', /has "-- \+goose Down"/],
    [
      '2_a.sql',
      'create table x (a int);\n  -- migrate:down transaction:false\ndrop table x;',
      /"-- migrate:down trans/,
    ],
    ['2_a.sql', 'create table x (a int);\n-- +migrate Down notransaction\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n---- create above / drop below ----\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- rollback\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n--- undo ---\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- @DOWN\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- rambler down\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- --- !Downs\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- Section: Down\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- begin migration down\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- downward\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n/* Backwards: */\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- un-migrate\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- tear down\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- drop below\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n--rollback drop table x;\nselect 1;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n/* down */\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n/*\n * Down\n */\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int); /* down */ drop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- down: why\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- //@UNDO\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- ==== DOWN ====\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- Revert\ndrop table x;', /mark the way back/],
    ['2_a.sql', 'create table x (a int);\n-- the other direction\ndrop table x;', /creates and drops the table x/],
    ['2_a.sql', 'create table public."X" (a int);\ndrop table if exists "X" cascade;', /creates and drops the table X/],
    ['2_a.sql', 'create type mood as enum ();\ndrop type Mood;', /creates and drops the type mood/],
    ['2_a.sql', 'alter table t add column a int;\nalter table t drop column a;', /creates and drops the column t\.a/],
    ['2_a.sql', 'select 1;\n\\restrict x\n', /which psql understands/],
    ['2_a.sql', 'copy t (id) from stdin;\n1\n\\.\n', /which psql understands/],
    ['2_a.sql', 'create table x (a int);\n\0drop table t', /NUL/],
    ['01_b.sql', 'select 1', /same version as /],
  ])('%s: %j', async ([file, text, reason]) => {
    await write('1_a.sql', 'create table t (id int);')
    await write(file, text)
    expect(await rejection(up())).toMatchObject({ code: 'migration_invalid', message: expect.stringMatching(reason) })
    expect(await exists('t')).toBe(false)
  })

  test('text that is not UTF-8, and paths that are not files', async () => {
    await writeFile(join(folder.dir, '2_a.sql'), Buffer.from("select '\xe9'", 'latin1'))
    expect(await rejection(up())).toMatchObject({
      code: 'migration_invalid',
      message: expect.stringContaining('UTF-8'),
    })
    await rm(join(folder.dir, '2_a.sql'))
    await mkdir(join(folder.dir, '3_a.sql'))
    expect(await rejection(up())).toMatchObject({
      code: 'migration_invalid',
      message: expect.stringContaining('directory'),
    })
  })

  test('but what only looks like it is taken', async () => {
    await write(
      '1_a.sql',
      `create function f() returns void language plpgsql as $$ begin
-- up
-- down
      perform 1; end $$;
      create function g() returns int begin atomic select 1; end;
      insert into pg_temp.x select ';commit;' where false;`.replace(/insert.*/, "select ';commit;';"),
    )
    expect((await up()).steps).toHaveLength(1)
  })
})

describe('the way back', () => {
  test.each([
    ['indented', 'create table x (a int);\n  \t-- down\ndrop table x;'],
    ['with CR as line end', '-- up\rcreate table x (a int);\r-- down\rdrop table x;\r'],
    ['with CRLF', '-- up\r\ncreate table x (a int);\r\n-- down:\r\ndrop table x;\r\n'],
    ['in capitals', '-- UP\ncreate table x (a int);\n-- DOWN\ndrop table x;'],
  ])('is found %s', async (_, text) => {
    await write('1_a.sql', text)
    await up()
    expect(await exists('x')).toBe(true)
    await migrateDown(target())
    expect(await exists('x')).toBe(false)
  })

  test('deliberate omissions give a reason, and other comments are free', async () => {
    await write(
      '1_a.sql',
      `create table x (
        a int, -- down payment, in cents
        b text default '-- down'
      );
      create table helper (a int);
      create temporary table scratch (a int);
      drop table scratch;
      -- downtown branch: the table is only filled below
      -- allow create_and_drop: filled by the statements above
      drop table helper;
      drop table if exists y; create table y (a int);`,
    )
    await up()
    expect([await exists('x'), await exists('helper'), await exists('y')]).toEqual([true, false, true])
  })
})

describe('a file of megabytes', () => {
  const text = (last: string) =>
    `create table big (line text);\n${"insert into big values (E'it\\'s \\\\ one of many lines');\n".repeat(4_000)}${last}`

  test('is taken apart once; a change of it is found all the same', async () => {
    await mkdir(join(folder.dir, 'node_modules'))
    await write('1_big.sql', text(''))
    await up()
    const cache = join(folder.dir, 'node_modules/.cache/arlen/migrations.json')
    const [entry] = Object.values(JSON.parse(await readFile(cache, 'utf8')).entries)
    expect(entry).toMatchObject({ transactional: true, checksum: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(await folder.states()).toEqual(['1 applied'])
    await write('1_big.sql', text('-- a comment at the end'))
    expect(await folder.states()).toEqual(['1 applied'])
    await write('1_big.sql', text('select 1;'))
    expect(await folder.states()).toEqual(['1 drifted'])
  })

  test('that is remembered is applied to another database, and what was refused is refused again', async () => {
    await mkdir(join(folder.dir, 'node_modules'))
    await write('1_big.sql', `${text('')}-- down\ndrop table big;`)
    await folder.states()
    await up() // as remembered
    expect(await exists('big')).toBe(true)
    await migrateDown(target())
    expect(await exists('big')).toBe(false)
    await write('1_big.sql', text('drop table big;'))
    for (let i = 0; i < 2; i++) expect(await rejection(up())).toMatchObject({ code: 'migration_invalid' })
    await writeFile(join(folder.dir, 'node_modules/.cache/arlen/migrations.json'), '{"format":1,"entries":{"x"')
    await write('1_big.sql', text(''))
    await up()
  })
})
