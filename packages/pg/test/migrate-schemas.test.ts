import { expect, test } from 'vitest'
import { migrate } from '../src/index.ts'
import { migrateDown, migrationStatus } from '../src/migrate/index.ts'
import { rejection } from './helpers.ts'
import { openMigrationFolder } from './migration-folder.ts'

const folder = await openMigrationFolder()
const { write, up, exists } = folder

const withPath = (path: string) => ({
  dsn: `${folder.dsn}?options=${encodeURIComponent(`-csearch_path=${path}`)}`,
  dir: folder.dir,
})

test('the ledger is that of the schema being migrated, and not one further down the search path', async () => {
  await write('1_a.sql', '-- up\ncreate table t (id int);\n-- down\ndrop table t;')
  await up()
  await folder.db.execute('create schema tenant')
  expect((await migrate(withPath('tenant,public'))).steps).toHaveLength(1)
  expect([await exists('public.t'), await exists('tenant.t')]).toEqual([true, true])
  expect(await exists('tenant.arlen_migrations')).toBe(true)
  expect((await migrate(withPath('tenant,public'))).steps).toEqual([])
  await migrateDown(withPath('tenant,public'))
  expect([await exists('public.t'), await exists('tenant.t')]).toEqual([true, false])
  expect(await migrationStatus(withPath('public'))).toMatchObject([{ state: 'applied' }])
})

test.each(['tenant,public', '"Tenant, inc.",public', 'tenant'])(
  'a search path that begins with a schema that is missing is refused: %s',
  async path => {
    await write('1_a.sql', 'create table t (id int);')
    await up()
    for (const run of [migrate, migrationStatus]) {
      expect(await rejection(run(withPath(path.replaceAll(' ', '\\ '))))).toMatchObject({
        code: 'migration_schema_missing',
        message: expect.stringMatching(/schema (?:tenant|Tenant, inc\.), .*does not exist/),
      })
    }
  },
)

test('"$user" counts only where the user has a schema', async () => {
  await write('1_a.sql', 'create table t (id int);')
  await up()
  expect((await migrate(withPath('"$user",public'))).steps).toEqual([])
  await folder.db.execute('create schema postgres')
  expect((await migrate(withPath('"$user",public'))).steps).toHaveLength(1)
  expect(await exists('postgres.t')).toBe(true)
})

test('a search path may begin with a schema whose name has quotes in it', async () => {
  await write('1_a.sql', 'create table t (id int);')
  await folder.db.execute('create schema "we""ird"')
  expect((await migrate(withPath('"we""ird",public'))).steps).toHaveLength(1)
  expect([await exists('"we""ird".t'), await exists('public.t')]).toEqual([true, false])
})

test('schema: creates the schemas, and migrates each with its own ledger and lock', async () => {
  await write('1_a.sql', `create table t (id int); select set_config('search_path', 'public', false);`)
  await write('2_b.sql', '-- no transaction\ncreate index concurrently t_i on t (id);')
  await write('3_c.sql', 'create table u (id int);')
  const tenants = ['acme', 'Globex "Ltd"', 'initech']
  const reports = await Promise.all(tenants.map(schema => up({ schema })))
  expect(reports.map(({ steps }) => steps.length)).toEqual([3, 3, 3])
  for (const schema of tenants) {
    expect((await up({ schema })).steps).toEqual([])
    for (const name of ['t', 't_i', 'u', 'arlen_migrations']) {
      expect(await exists(`"${schema.replaceAll('"', '""')}".${name}`), `${schema} ${name}`).toBe(true)
    }
  }
  expect(await exists('public.t')).toBe(false)
})

test('schema: changes nothing where only asked', async () => {
  await write('1_a.sql', 'create table t (id int);')
  const target = { dsn: folder.dsn, dir: folder.dir, schema: 'acme' }
  expect(await migrationStatus(target)).toMatchObject([{ state: 'pending' }])
  expect((await migrate({ ...target, dryRun: true })).steps).toHaveLength(1)
  expect(await folder.db.value("select to_regnamespace('acme')")).toBeNull()
})

test('table: names the ledger, in the schema being migrated or in its own', async () => {
  await write('1_a.sql', 'create table t (id int);')
  await up({ schema: 'acme', table: 'steps' })
  expect(await exists('acme.steps')).toBe(true)
  await up({ schema: 'acme', table: 'public.acme_steps' }).catch(() => undefined)
  expect(await exists('public.acme_steps')).toBe(true)
})

test('a search path that leads nowhere is shown', async () => {
  await write('1_a.sql', 'create table a (id int);')
  for (const [path, shown] of [
    ['', '(empty)'],
    ['nowhere', '(nowhere)'],
  ] as const) {
    const dsn = `${folder.dsn}?options=${encodeURIComponent(`-c search_path=${path}`)}`
    expect(await rejection(migrate({ dsn, dir: folder.dir }))).toMatchObject({
      code: 'migration_schema_missing',
      message: expect.stringContaining(shown),
    })
  }
})

test('the state of a server that takes no writes can be asked for', async () => {
  await write('1_a.sql', 'create table a (id int);')
  await migrate({ dsn: folder.dsn, dir: folder.dir })
  const dsn = `${folder.dsn}?options=${encodeURIComponent('-c default_transaction_read_only=on')}`
  expect(await migrationStatus({ dsn, dir: folder.dir })).toMatchObject([{ version: '1', state: 'applied' }])
  expect((await migrate({ dsn, dir: folder.dir, dryRun: true })).steps).toEqual([])
})
