import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import type { MigrationEvent } from '../src/index.ts'
import {
  acceptDrift,
  generateMigration,
  migrateDown,
  migrateRedo,
  migrationStatus,
  renameMigration,
  verifyMigrations,
} from '../src/migrate/index.ts'
import { openAdmin, rejection, until } from './helpers.ts'
import { openMigrationFolder } from './migration-folder.ts'

const folder = await openMigrationFolder()
const { write, target, up, exists, states } = folder

describe('up', () => {
  test('applies what is pending in the order of versions, once', async () => {
    await write('10_b.sql', '-- up\ninsert into t values (1);\n-- down\ndelete from t;\n')
    await write('9_a.sql', 'create table t (id int);')
    await write('README.md', 'not a migration')
    const events: MigrationEvent[] = []
    const report = await up({ onEvent: (event: MigrationEvent) => events.push(event) })
    expect(report.steps.map(step => step.file)).toEqual(['9_a.sql', '10_b.sql'])
    expect(events.map(event => event.type)).toEqual(['plan', 'start', 'done', 'start', 'done'])
    expect((await up()).steps).toEqual([])
    expect(await folder.db.value('select count(*) from t')).toBe(1n)
    expect(await migrationStatus(target())).toMatchObject([
      { version: '9', name: 'a', state: 'applied', appliedAt: expect.any(Date), appliedBy: 'postgres' },
      { version: '10', state: 'applied' },
    ])
  })

  test('a dry run changes nothing, not even the table of migrations', async () => {
    await write('1_a.sql', 'create table t (id int);')
    expect(await up({ dryRun: true })).toMatchObject({ dryRun: true, steps: [{ file: '1_a.sql' }] })
    expect(await exists('t')).toBe(false)
    expect(await exists('arlen_migrations')).toBe(false)
  })

  test('a dry run that checks runs everything, and changes nothing', async () => {
    await write('1_a.sql', 'create table t (id int);')
    await write('2_b.sql', 'insert into t values (1);')
    await write('3_c.sql', '-- no transaction\nvacuum t;')
    expect((await up({ dryRun: true, check: true })).steps).toHaveLength(3)
    expect(await exists('t')).toBe(false)
    await write('4_d.sql', 'insert into missing values (1);')
    expect(await rejection(up({ dryRun: true, check: true }))).toMatchObject({
      code: 'migration_failed',
      message: expect.stringMatching(/^4_d\.sql failed: relation "missing" does not exist/),
    })
    expect(await exists('t')).toBe(false)
  })

  test('a failing file leaves nothing of it behind and says where; those before it stay', async () => {
    await write('1_a.sql', 'create table t (id int);')
    await write('2_b.sql', 'create table u (id int);\nalter table u add colum x int;')
    const error = await rejection(up())
    expect(error).toMatchObject({
      code: 'migration_failed',
      message: expect.stringContaining('> 2 | alter table u add colum x int;'),
    })
    expect([await exists('t'), await exists('u')]).toEqual([true, false])
    expect(await states()).toEqual(['1 applied', '2 pending'])
  })

  test.each([
    ['a unique violation', 'insert into t values (7)', /duplicate key.*> 301 \| insert into t values \(7\)/s],
    ['what is there already', 'create table t ()', /already exists.*> 301 \| create table t \(\)/s],
    ['an extension that is not installed', 'create extension nope', /nope.*> 301 \| create extension nope/s],
    ['an error in a block', "do $$ begin\n  raise exception 'out';\nend $$", /out.*> 301 \| do \$\$ begin/s],
    ['a NOT NULL column where there are rows', 'alter table t add x int not null', /null values.*> 301 \| alter/s],
  ])('names the statement among hundreds where the server gives no place: %s', async (_, statement, message) => {
    await write(
      '1_a.sql',
      `create table t (id int unique); insert into t values (7); select '😀'; ${'\nselect 1;'.repeat(299)}\n${statement};\nselect 2;`,
    )
    expect(await rejection(up())).toMatchObject({ code: 'migration_failed', message: expect.stringMatching(message) })
  })

  test('settings of a file apply to that file only', async () => {
    await write('1_a.sql', `create schema other; select set_config('search_path', '', false); set role pg_monitor;`)
    await write('2_b.sql', 'create table t (id int);')
    await up()
    expect(await exists('public.t')).toBe(true)
    expect(await states()).toEqual(['1 applied', '2 applied'])
  })

  test('advises where PostgreSQL takes no transaction', async () => {
    await write('1_a.sql', 'create table t (id int);')
    await write('2_b.sql', 'create index concurrently i on t (id);')
    expect(await rejection(up())).toMatchObject({ message: expect.stringContaining('"-- no transaction"') })
  })

  test('a user without the needed rights gets one line that says what to do', async () => {
    await write('1_a.sql', 'create table a (id int);')
    const role = `weak_${new URL(folder.dsn).pathname.slice(1)}`
    await folder.db.execute(folder.db.sql`create role ${folder.db.sql.id(role)} login password 'weak'`)
    await folder.db.execute(folder.db.sql`grant usage on schema public to ${folder.db.sql.id(role)}`)
    try {
      const dsn = Object.assign(new URL(folder.dsn), { username: role, password: 'weak' }).href
      for (const run of [up, migrationStatus]) {
        const error =
          run === up ? await rejection(up({ dsn })) : await up().then(() => rejection(run({ dsn, dir: folder.dir })))
        expect(error).toMatchObject({
          code: 'migration_failed',
          message: expect.stringMatching(/arlen_migrations.*42501.*grant/),
        })
        expect((error as Error).message).not.toContain('\n')
      }
    } finally {
      await folder.db.execute(folder.db.sql`drop owned by ${folder.db.sql.id(role)}`)
      await folder.db.execute(folder.db.sql`drop role ${folder.db.sql.id(role)}`)
    }
  })

  test('ends with its signal, between steps and in the middle of one', async () => {
    await write('1_a.sql', 'create table t (id int);')
    await write('2_b.sql', 'select pg_sleep(60);')
    await using admin = await openAdmin(folder.dsn)
    const stop = new AbortController()
    const work = rejection(up({ signal: stop.signal }))
    await until(async () => {
      const { rows } = await admin.query(
        "select 1 from pg_stat_activity where query ~ 'pg_sleep.60.' and state = 'active' and pid <> pg_backend_pid() and datname = current_database()",
      )
      return rows.length === 1
    })
    stop.abort(new Error('enough'))
    expect(await work).toMatchObject({ message: 'enough' })
    expect(await states()).toEqual(['1 applied', '2 pending'])
  })
})

describe('eight migrators at once', () => {
  test('apply each file once, without deadlock, and leave no INVALID index', async () => {
    await write('1_a.sql', 'create table t (id int); insert into t select generate_series(1, 1000);')
    await write('2_b.sql', '-- no transaction\ncreate index concurrently t_id on t (id);')
    await write('3_c.sql', 'insert into t values (0);')
    await write('4_d.sql', '-- no transaction\ncreate unique index concurrently t_u on t (id);')
    const waiting: string[] = []
    const onEvent = (event: MigrationEvent) => {
      if (event.type === 'waiting') waiting.push(event.holder)
    }
    const reports = await Promise.all(Array.from({ length: 8 }, () => up({ onEvent })))
    const files = reports.flatMap(report => report.steps.map(step => step.file))
    expect(files.sort()).toEqual(['1_a.sql', '2_b.sql', '3_c.sql', '4_d.sql'])
    expect(await folder.db.value('select count(*) from pg_index where not indisvalid')).toBe(0n)
    expect(waiting[0]).toMatch(/process \d+ from /)
    // Of this database: other test files have locks on theirs.
    const held = `select count(*) from pg_locks
      where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`
    expect(await folder.db.value(held)).toBe(0n)
  })

  test('one that waits too long says for which session', async () => {
    await write('1_a.sql', 'select pg_sleep(5);')
    const started = Promise.withResolvers<void>()
    const first = up({ onEvent: (event: MigrationEvent) => event.type === 'start' && started.resolve() })
    await started.promise
    expect(await rejection(up({ waitMs: 100 }))).toMatchObject({
      code: 'migration_locked',
      message: expect.stringMatching(/100 ms \(process \d+ from .*pg_sleep/),
    })
    await first
  })
})

describe('a lock that cannot be had', () => {
  test('is given up after lockTimeoutMs, so that readers get on, and tried again', async () => {
    await write('1_a.sql', 'create table t (id int);')
    await up()
    await write('2_b.sql', 'alter table t add column x int;')
    await using blocker = await openAdmin(folder.dsn)
    await blocker.query('begin; select * from t')
    let retries = 0
    const work = up({
      lockTimeoutMs: 60,
      onEvent: (event: MigrationEvent) => {
        if (event.type !== 'retry') return
        retries++
        if (retries === 3) void blocker.query('commit')
      },
    })
    // The lock that is in the way goes only after three tries: a reader that waited for it would wait forever.
    let reads = 0
    while (retries < 3) {
      await folder.db.query('select count(*) from t', [], { isolated: true })
      reads++
    }
    expect((await work).steps).toHaveLength(1)
    expect(reads).toBeGreaterThan(0)
  })

  test('fails in the end and names the blocking session', async () => {
    await write('1_a.sql', 'create table t (id int);')
    await up()
    await write('2_b.sql', 'alter table t add column x int;')
    await using blocker = await openAdmin(folder.dsn)
    const pid = (await blocker.query('select pg_backend_pid() as pid')).rows[0].pid
    await blocker.query('begin; select * from t /* the report */')
    expect(await rejection(up({ lockTimeoutMs: 150, lockRetries: 1 }))).toMatchObject({
      code: 'migration_failed',
      message: expect.stringMatching(
        new RegExp(`lock_not_available.*blocked by process ${pid} \\(idle in transaction\\):.*the report`, 's'),
      ),
    })
  })
})

describe('versions', () => {
  test('one that was merged late names both files and the command that helps', async () => {
    await write('20240102000000_b.sql', 'create table b (id int);')
    await up()
    await write('20240101000000_a.sql', 'create table a (id int);')
    const error = await rejection(up())
    expect(error).toMatchObject({
      code: 'migration_out_of_order',
      message: expect.stringMatching(
        /20240101000000_a\.sql is older than 20240102000000_b.*arlen migrate rename 20240101000000/,
      ),
    })
    expect(await states()).toEqual(['20240101000000 late', '20240102000000 applied'])
    const { to } = await renameMigration({ dir: folder.dir, version: '20240101000000' })
    expect(to).toMatch(/\d{14}_a\.sql$/)
    expect((await up()).steps).toMatchObject([{ name: 'a' }])
  })

  test('one whose file is missing is reported', async () => {
    await write('1_a.sql', 'create table a (id int);')
    await up()
    await rm(join(folder.dir, '1_a.sql'))
    expect(await rejection(up())).toMatchObject({ code: 'migration_missing', message: expect.stringContaining('1_a') })
    expect(await states()).toEqual(['1 missing'])
  })
})

describe('a file that was changed after it was applied', () => {
  test('does not matter where only comments, white space and line endings differ', async () => {
    await write('1_a.sql', '-- up\ncreate table a (id int, name text);\n-- down\ndrop table a;\n')
    await up()
    await write(
      '1_a.sql',
      '-- Licence: MIT\r\n-- up\r\ncreate table a (\r\n  id int,\r\n  name text -- the name\r\n);\r\n-- down\r\ndrop table if exists a;',
    )
    expect((await up()).steps).toEqual([])
    expect(await verifyMigrations(target())).toEqual([])
  })

  test('is refused by up and shown by status, until it is accepted, which is recorded', async () => {
    await write('1_a.sql', 'create table a (id int);')
    await up()
    await write('1_a.sql', 'create table a (id bigint);')
    await write('2_b.sql', 'create table b (id int);')
    expect(await rejection(up())).toMatchObject({
      code: 'migration_drift',
      message: expect.stringMatching(/1_a\.sql was changed.*arlen migrate accept-drift 1/),
    })
    expect(await verifyMigrations(target())).toMatchObject([{ version: '1', state: 'drifted' }])
    await acceptDrift({ ...target(), version: '1', who: 'ann' })
    expect(
      await folder.db.one('select drift_accepted_by, drift_accepted_at from arlen_migrations where version = $1', [
        '1',
      ]),
    ).toMatchObject({
      drift_accepted_by: 'ann',
      drift_accepted_at: expect.any(Date),
    })
    expect((await up()).steps).toHaveLength(1)
    expect(await rejection(acceptDrift({ ...target(), version: '9' }))).toMatchObject({ code: 'migration_invalid' })
  })
})

describe('down', () => {
  beforeEach(async () => {
    for (const n of [1, 2, 3])
      await write(`${n}_t${n}.sql`, `-- up\ncreate table t${n} (id int);\n-- down\ndrop table t${n};`)
    await up()
  })

  test('undoes the last, or several, or all after a version', async () => {
    expect((await migrateDown(target())).steps).toMatchObject([{ version: '3', direction: 'down' }])
    expect(await exists('t3')).toBe(false)
    await up()
    await migrateDown({ ...target(), to: '1' })
    expect(await states()).toEqual(['1 applied', '2 pending', '3 pending'])
    await up()
    expect((await migrateDown({ ...target(), steps: 99, dryRun: true })).steps).toMatchObject(
      ['3', '2', '1'].map(version => ({ version, direction: 'down' })),
    )
    expect(await states()).toEqual(['1 applied', '2 applied', '3 applied'])
  })

  test('reports what it does, or would do', async () => {
    const told = async (options: object) => {
      const events: MigrationEvent[] = []
      await migrateDown({ ...target(), ...options, onEvent: event => events.push(event) })
      return events.map(event => event.type)
    }
    expect(await told({ dryRun: true })).toEqual(['plan'])
    expect(await told({ steps: 2 })).toEqual(['plan', 'start', 'done', 'start', 'done'])
  })

  test('goes by the number of a version and not by how it is written', async () => {
    await rename(join(folder.dir, '3_t3.sql'), join(folder.dir, '0003_t3.sql'))
    await migrateDown(target())
    expect(await states()).toEqual(['1 applied', '2 applied', '0003 pending'])
    expect(await rejection(migrateDown({ ...target(), to: 'first' }))).toMatchObject({ code: 'migration_invalid' })
    await write('2_t2.sql', '-- up\ncreate table t2 (id bigint);\n-- down\ndrop table t2;')
    await rename(join(folder.dir, '2_t2.sql'), join(folder.dir, '002_t2.sql'))
    await acceptDrift({ ...target(), version: '2_t2' })
    expect(await states()).toEqual(['1 applied', '002 applied', '0003 pending'])
    for (const version of ['two', '7']) {
      expect(await rejection(acceptDrift({ ...target(), version }))).toMatchObject({ code: 'migration_invalid' })
    }
  })

  test('refuses what has no way back before anything is undone', async () => {
    await write('4_t4.sql', 'create table t4 (id int);')
    await up()
    await write('5_t5.sql', '-- up\ncreate table t5 (id int);\n-- down\ndrop table t5;')
    await up()
    expect(await rejection(migrateDown({ ...target(), steps: 2 }))).toMatchObject({ code: 'migration_irreversible' })
    expect(await exists('t5')).toBe(true)
  })

  test('redo undoes and applies again', async () => {
    await folder.db.execute('insert into t3 values (1)')
    expect((await migrateRedo(target())).steps.map(step => `${step.direction} ${step.version}`)).toEqual([
      'down 3',
      'up 3',
    ])
    expect(await folder.db.value('select count(*) from t3')).toBe(0n)
  })
})

describe('new files', () => {
  test('get the time as their version, or one more than the last', async () => {
    const now = new Date('2026-01-31T12:00:00Z')
    expect(await generateMigration({ dir: folder.dir, name: 'AddUsers to shop!', now })).toBe(
      join(folder.dir, '20260131120000_add_users_to_shop.sql'),
    )
    expect(await generateMigration({ dir: folder.dir, name: 'second', now })).toBe(
      join(folder.dir, '20260131120001_second.sql'),
    )
    expect(await readFile(join(folder.dir, '20260131120001_second.sql'), 'utf8')).toBe('-- up\n\n-- down\n\n')
    expect(await rejection(generateMigration({ dir: folder.dir, name: '!!' }))).toMatchObject({
      code: 'migration_invalid',
    })
    const counted = join(folder.dir, 'counted')
    await generateMigration({ dir: counted, name: 'x', now: new Date(0) })
    await rm(counted, { recursive: true })
    await write('0007_old.sql', 'select 1')
    for (const file of await readdir(folder.dir)) if (file.startsWith('2026')) await rm(join(folder.dir, file))
    expect(await generateMigration({ dir: folder.dir, name: 'next' })).toBe(join(folder.dir, '0008_next.sql'))
  })
})
