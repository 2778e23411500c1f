import { describe, expect, onTestFinished, test } from 'vitest'
import { createPg, type MigrationEvent } from '../src/index.ts'
import { rejection, until } from './helpers.ts'
import { openMigrationFolder } from './migration-folder.ts'
import { pgbouncer, startPgbouncer } from './pgbouncer-process.ts'

const folder = await openMigrationFolder()
const name = `behind PgBouncer in session mode${pgbouncer ? '' : ' (skipped: pgbouncer is not installed, see tooling/system-deps)'}`

describe.skipIf(!pgbouncer)(name, () => {
  const behind = async (settings: Record<string, string | number> = {}) => {
    const pooler = await startPgbouncer(folder.dsn, { pool_mode: 'session', default_pool_size: 20, ...settings })
    onTestFinished(() => pooler[Symbol.asyncDispose]())
    return `postgres://app@127.0.0.1:${pooler.port}${new URL(folder.dsn).pathname}`
  }

  test('two migrators at once apply everything once, also what takes no transaction', async () => {
    await folder.write('1_a.sql', 'create table a (id int); insert into a values (1); select pg_sleep(0.2);')
    await folder.write('2_b.sql', '-- no transaction\ncreate unique index concurrently a_id on a (id);')
    const dsn = await behind()
    const reports = await Promise.all([folder.up({ dsn }), folder.up({ dsn })])
    expect(reports.map(({ steps }) => steps.length).sort()).toEqual([0, 2])
    expect(await folder.db.value('select count(*)::int from a')).toBe(1)
    expect(
      await folder.db.value(
        "select count(*)::int from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
      ),
    ).toBe(0)
  })

  test('connections that the pooler has left over do not mislead', async () => {
    await folder.write('1_a.sql', 'create table a (id int);')
    const dsn = await behind()
    await using db = createPg({ dsn, prepare: false })
    await Promise.all([1, 2, 3, 4].map(() => db.value('select pg_sleep(0.1)', [], { isolated: true })))
    await db.close()
    expect((await folder.up({ dsn })).steps).toHaveLength(1)
  })

  test('one connection is enough', async () => {
    await folder.write('1_a.sql', 'create table a (id int); select pg_sleep(1.2);')
    const dsn = await behind({ default_pool_size: 1 })
    expect((await folder.up({ dsn })).steps).toHaveLength(1)
  })

  test('cancels the migration and no other query', async () => {
    await folder.write('1_a.sql', 'select pg_sleep(60);')
    const dsn = await behind()
    const stop = new AbortController()
    const onEvent = ({ type }: MigrationEvent) => type === 'progress' && stop.abort()
    const error = await rejection(folder.up({ dsn, signal: stop.signal, onEvent, lockTimeoutMs: 300 }))
    expect(error).toMatchObject({ name: 'AbortError' })
    await until(
      async () =>
        (await folder.db.value(
          "select count(*)::int from pg_stat_activity where query like 'select pg_sleep(60)%' and state = 'active'",
        )) === 0,
    )
  })

  test('notifications arrive', async () => {
    await using db = createPg({ dsn: await behind(), prepare: false })
    const { promise, resolve } = Promise.withResolvers<string>()
    await using _listening = await db.listen('news', payload => resolve(payload))
    await db.notify('news', 'arrived')
    expect(await promise).toBe('arrived')
  })
})
