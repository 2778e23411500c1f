import { expect, test } from 'vitest'
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

test('what no transaction takes is rehearsed too: indexes built concurrently, an enum value that the next file uses', async () => {
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

test('a migration that fails is told as a run would tell it, and nothing is left', async () => {
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

test('a schema of a tenant is rehearsed as such', async () => {
  await write('1_a.sql', 'create table t (id int); create table acme.u (id int);')
  await check({ schema: 'acme' })
  expect(await folder.db.value("select to_regnamespace('acme')")).toBeNull()
})

test('what cannot be rehearsed is said: no right to create a database, or one that these files did not make', async () => {
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
