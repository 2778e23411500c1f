import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { type MigrationEvent, migrate } from '../src/index.ts'
import { resolveMigration } from '../src/migrate/index.ts'
import { openAdmin, rejection, until } from './helpers.ts'
import { openMigrationFolder } from './migration-folder.ts'

const folder = await openMigrationFolder()
const { write, target, up, exists, states } = folder

describe('a step without a transaction', () => {
  beforeEach(async () => {
    await write('1_a.sql', 'create table t (id int); insert into t values (1), (1);')
  })

  test('that fails leaves no INVALID index and can be run again', async () => {
    await write('2_b.sql', '-- no transaction\ncreate unique index concurrently t_u on t (id);')
    expect(await rejection(up())).toMatchObject({ code: 'migration_failed' })
    expect(await exists('t_u')).toBe(false)
    expect(await states()).toEqual(['1 applied', '2 pending'])
    await folder.db.execute('delete from t')
    expect((await up()).steps).toHaveLength(1)
    expect(await folder.db.value("select indisvalid from pg_index where indexrelid = 't_u'::regclass")).toBe(true)
  })

  test('is in the ledger as started before it begins', async () => {
    await write('2_b.sql', '-- no transaction\ncreate table seen as select version, state from arlen_migrations;')
    await up()
    expect(await folder.db.many('select version, state from seen order by version')).toEqual([
      { version: '1', state: 'applied' },
      { version: '2', state: 'started' },
    ])
  })

  test('that was interrupted is found, cleared up and run again', async () => {
    await write('2_b.sql', '-- no transaction\ncreate index concurrently "t i" on public.t (id);')
    await up()
    await folder.db.execute("update arlen_migrations set state = 'started' where version = '2'")
    await folder.db.execute('update pg_index set indisvalid = false where indexrelid = \'"t i"\'::regclass')
    expect(await states()).toEqual(['1 applied', '2 interrupted'])
    const events: MigrationEvent[] = []
    expect((await up({ onEvent: (event: MigrationEvent) => events.push(event) })).steps).toHaveLength(1)
    expect(events[0]).toMatchObject({ type: 'repaired', action: 'dropped the INVALID index "public"."t i"' })
    expect(await folder.db.value('select indisvalid from pg_index where indexrelid = \'"t i"\'::regclass')).toBe(true)
  })

  test('that was cleared up is pending again, even if the run ends there', async () => {
    await write('2_b.sql', '-- no transaction\ncreate index concurrently t_i on t (id);')
    await up()
    await folder.db.execute("update arlen_migrations set state = 'started' where version = '2'")
    await folder.db.execute("update pg_index set indisvalid = false where indexrelid = 't_i'::regclass")
    const stop = new AbortController()
    const onEvent = ({ type }: MigrationEvent) => type === 'repaired' && stop.abort()
    expect(await rejection(up({ signal: stop.signal, onEvent }))).toMatchObject({ name: 'AbortError' })
    expect(await states()).toEqual(['1 applied', '2 pending'])
  })

  test('that had ended unrecorded is recorded', async () => {
    await write('2_b.sql', '-- no transaction\ncreate index concurrently t_i on t (id);')
    await write('3_c.sql', '-- no transaction\ndrop index concurrently t_i;')
    await up()
    await folder.db.execute("update arlen_migrations set state = 'started' where version = '3'")
    expect((await up()).steps).toEqual([])
    expect(await states()).toEqual(['1 applied', '2 applied', '3 applied'])
  })

  test.for<[string, string, RegExp]>([
    ['an index whose name another has', 'create unique index concurrently t_i on t (b)', /already exists/],
    ['an index that is not there to drop', 'drop index concurrently t_typo', /does not exist/],
    ['a name with a blank', 'create index concurrently "t i" on t (nope)', /column "nope" does not exist/],
    ['a name with a blank to drop', 'drop index concurrently "no such index"', /does not exist/],
    ['a typo', 'vacum t', /syntax error/],
    ['a type that is not there', "alter type mood add value 'sad'", /does not exist/],
    [
      'an index of which "if not exists" finds another',
      'create index concurrently if not exists t_i on t (b)',
      /another/,
    ],
    ['one that is not unique', 'create unique index concurrently if not exists t_i on t (id)', /another/],
    ['one with a predicate', 'create index concurrently if not exists t_i on t (id) where b > 0', /another/],
    ['one of another method', 'create index concurrently if not exists t_i on t using hash (id)', /another/],
    ['one on another table', 'create index concurrently if not exists t_i on other_t (id)', /another/],
    [
      'a name that a table has',
      'create index concurrently if not exists other_t on t (b)',
      /is not there|another|INVALID/,
    ],
  ])('is not applied when the server refuses it, and not by the next run either: %s', async ([, statement, reason]) => {
    await write('1_a.sql', 'create table t (id int, b int); create table other_t (id int); create index t_i on t (id);')
    await write('2_b.sql', `-- no transaction\n${statement};`)
    for (let run = 1; run <= 3; run++) {
      expect(await rejection(up())).toMatchObject({ code: 'migration_failed', message: expect.stringMatching(reason) })
      expect(await states()).toEqual(['1 applied', '2 pending'])
    }
    expect(await folder.db.value("select pg_get_indexdef('t_i'::regclass)")).toContain('USING btree (id)')
    await write('2_b.sql', '-- no transaction\ncreate index concurrently "the right one" on t (b) where t.b > 0;')
    await up()
    expect(await states()).toEqual(['1 applied', '2 applied'])
  })

  test('finds no fault with an index that is as asked, whatever it was made by', async () => {
    await write(
      '1_a.sql',
      'create table t (id int, "B" text); create index t_i on t (lower("B"), id desc) where t.id > 0;',
    )
    await write(
      '2_b.sql',
      '-- no transaction\nCREATE INDEX CONCURRENTLY IF NOT EXISTS T_I on t using btree (lower( "B" ), id DESC) where (id) > 0;',
    )
    await up()
    expect(await states()).toEqual(['1 applied', '2 applied'])
  })

  test('does not take an INVALID index for the one it asks for', async () => {
    await write('1_a.sql', 'create table t (id int); create index t_i on t (id);')
    await up()
    await folder.db.execute("update pg_index set indisvalid = false where indexrelid = 't_i'::regclass")
    await write('2_b.sql', '-- no transaction\ncreate index concurrently if not exists t_i on t (id);')
    const error = {
      code: 'migration_failed',
      message: expect.stringMatching(/INVALID.*drop index concurrently "public"."t_i"/),
    }
    expect(await rejection(up())).toMatchObject(error)
    expect(await rejection(up())).toMatchObject(error)
    expect(await states()).toEqual(['1 applied', '2 pending'])
    expect(await exists('t_i')).toBe(true)
  })

  test('that was interrupted is not finished by an index that differs from what it asks for', async () => {
    await write('1_a.sql', 'create table t (id int, b int);')
    await write('2_b.sql', '-- no transaction\ncreate index concurrently t_i on t (b);')
    await up()
    await folder.db.execute("update arlen_migrations set state = 'started' where version = '2'")
    await folder.db.execute('drop index t_i')
    await folder.db.execute('create index t_i on t (id)')
    expect(await rejection(up())).toMatchObject({ message: expect.stringContaining('already exists') })
    expect(await states()).toEqual(['1 applied', '2 pending'])
  })

  test.for<[what: string, statement: string, before: string, action: string, steps: number]>([
    ['before it began', 'create index concurrently t_i on t (id)', 'drop index t_i', 'was not there yet', 1],
    ['when it was done', 'create index concurrently t_i on t (id)', 'select', 'is there and valid', 0],
    ['before it dropped', 'drop index concurrently t_j', 'create index t_j on t (id)', 'is still there', 1],
    ['when it had dropped', 'drop index concurrently t_j', 'select', 'is gone', 0],
    ['in what can be repeated', 'vacuum t', 'select', 'it can be run again as it is', 1],
  ])('that was interrupted %s is continued', async ([, statement, before, action, steps]) => {
    await write('1_a.sql', 'create table t (id int); create index t_j on t (id);')
    await write('2_b.sql', `-- no transaction\n${statement};`)
    await up()
    await folder.db.execute("update arlen_migrations set state = 'started' where version = '2'")
    await folder.db.execute(before as string)
    const events: MigrationEvent[] = []
    expect((await up({ onEvent: (event: MigrationEvent) => events.push(event) })).steps).toHaveLength(steps)
    expect(events[0]).toMatchObject({ type: 'repaired', action: expect.stringContaining(action) })
    expect(await states()).toEqual(['1 applied', '2 applied'])
  })

  test.for([
    'vacuum t',
    'analyze t',
    'reindex table concurrently t',
    'refresh materialized view m',
    'create schema if not exists s',
    'drop table if exists never',
    'checkpoint',
  ])('that was interrupted in "%s" is run again', async statement => {
    await write('1_a.sql', 'create table t (id int); create materialized view m as select 1;')
    await write('2_b.sql', `-- no transaction\n${statement};`)
    await up()
    await folder.db.execute("update arlen_migrations set state = 'started' where version = '2'")
    expect((await up()).steps).toHaveLength(1)
  })

  test('that a person resolves is applied, or pending, whatever it was', async () => {
    await write('2_b.sql', "-- no transaction\nselect 'something special';")
    await up()
    await folder.db.execute("update arlen_migrations set state = 'started', duration_ms = 7 where version = '2'")
    await resolveMigration({ ...target(), version: '2', as: 'applied' })
    expect(await states()).toEqual(['1 applied', '2 applied'])
    expect(await folder.db.value("select duration_ms from arlen_migrations where version = '2'")).toBe(0)
    expect((await up()).steps).toEqual([])
    await write('3_c.sql', 'select 3;')
    expect(await rejection(resolveMigration({ ...target(), version: '3', as: 'applied' }))).toMatchObject({
      code: 'migration_invalid',
      message: '3_c.sql: is not applied',
    })
  })

  test('that only a person can resolve names the commands', async () => {
    await write('2_b.sql', "-- no transaction\nselect 'something special';")
    await up()
    await folder.db.execute("update arlen_migrations set state = 'started' where version = '2'")
    expect(await rejection(up())).toMatchObject({
      code: 'migration_interrupted',
      message: expect.stringMatching(/arlen migrate resolve 2 applied.*arlen migrate resolve 2 pending/s),
    })
    await resolveMigration({ ...target(), version: '2', as: 'pending' })
    expect((await up()).steps).toHaveLength(1)
    expect(await rejection(resolveMigration({ ...target(), version: '2', as: 'applied' }))).toMatchObject({
      message: expect.stringContaining('was not interrupted'),
    })
  })

  test('waits for open transactions as long as they last, and blocks no other query', async () => {
    await write('2_b.sql', '-- no transaction\ncreate index concurrently t_i on t (id);')
    await migrate({ ...target(), dir: await onlyFirst() })
    await using reader = await openAdmin(folder.dsn)
    await reader.query('begin isolation level repeatable read; select * from t')
    const messages: string[] = []
    const work = up({
      lockTimeoutMs: 30,
      onEvent: (event: MigrationEvent) => event.type === 'progress' && messages.push(event.message),
    })
    await until(() => messages.some(message => message.startsWith('waiting for process')))
    await folder.db.execute('insert into t values (2)')
    await reader.query('commit')
    expect((await work).steps).toHaveLength(1)
  })

  async function onlyFirst(): Promise<string> {
    const first = await mkdtemp(join(folder.dir, 'first-'))
    await writeFile(join(first, '1_a.sql'), await readFile(join(folder.dir, '1_a.sql')))
    return first
  }
})
