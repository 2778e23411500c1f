import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPg, isDatabaseError, type Pg } from '../src/index.ts'
import { rejection, until } from './helpers.ts'
import { pgbouncer, startPgbouncer } from './pgbouncer-process.ts'
import { type Pair, startPair } from './replicated-server.ts'

let pair: Pair

describe('reading from a standby', () => {
  let db: Pg

  beforeAll(async () => {
    pair = await startPair()
    db = createPg({ dsn: pair.primary.dsn, read: pair.standby.dsn, debug: true })
    await db.execute('create table notes (id int generated always as identity, text text not null)')
    await until(async () => (await pair.standby.value("select to_regclass('notes')::text")) === 'notes')
  })

  afterAll(async () => {
    await db.close()
    await pair[Symbol.asyncDispose]()
  })

  const isStandby = 'select pg_is_in_recovery()'

  test('db.read asks the standby, db the primary, and a transaction itself', async () => {
    expect(await db.read.value(isStandby)).toBe(true)
    expect(await db.value(isStandby)).toBe(false)
    expect(await db.tx(tx => tx.read.value(isStandby))).toBe(false)
    expect(await db.read.tx(tx => tx.value(isStandby))).toBe(true)
    expect(await db.scope().read.value(isStandby)).toBe(true)
    expect(await db.read.read.value(isStandby)).toBe(true)
    const streamed: unknown[] = []
    for await (const row of db.read.stream(isStandby)) streamed.push(row)
    expect(streamed).toEqual([{ pg_is_in_recovery: true }])
    expect(db.stats().read?.total).toBeGreaterThan(0)
  })

  test('writes to a read-only server are refused with a typed error', async () => {
    const error = await rejection(db.read.execute("insert into notes (text) values ('x')"))
    expect(isDatabaseError(error, 'read_only_sql_transaction')).toBe(true)
  })

  test('a scope that has written reads what it has written, however far the standby is behind', async () => {
    await pair.standby.value('select pg_wal_replay_pause()')
    try {
      const writer = db.scope()
      await writer.execute("insert into notes (text) values ('mine')")
      expect(await writer.read.value<bigint>("select count(*) from notes where text = 'mine'")).toBe(1n)
      expect(await writer.read.value(isStandby)).toBe(false) // the primary, as the standby does not catch up
      expect(await writer.read.tx(tx => tx.value(isStandby))).toBe(false)
      expect(await db.scope().read.value<bigint>("select count(*) from notes where text = 'mine'")).toBe(0n) // of someone else

      const after = await writer.position()
      expect(after).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/)
      const next = db.scope({ after }) // the next request of the same user
      expect(await next.read.value<bigint>("select count(*) from notes where text = 'mine'")).toBe(1n)
    } finally {
      await pair.standby.value('select pg_wal_replay_resume()')
    }
    const writer = db.scope()
    await writer.tx(tx => tx.execute("insert into notes (text) values ('caught up')"))
    await until(
      async () => (await pair.standby.value("select count(*)::int from notes where text = 'caught up'")) === 1,
    )
    expect(await writer.read.value(isStandby)).toBe(true) // it has caught up
  })

  test('settings of a scope hold on the standby, and its signal cancels there', async () => {
    const scope = db.scope({ settings: { 'app.user': 7 } })
    expect(await scope.read.value("select current_setting('app.user')")).toBe('7')
    const stop = new AbortController()
    const slow = rejection(db.scope({ signal: stop.signal }).read.query('select pg_sleep(60)'))
    await until(
      async () =>
        (await pair.standby.value(
          "select count(*)::int from pg_stat_activity where query like '%pg_sleep(60)%' and state = 'active' and pid <> pg_backend_pid()",
        )) === 1,
    )
    stop.abort()
    expect(await slow).toMatchObject({ code: 'query_aborted' })
  })

  test('without a standby, and with one that cannot be reached, the primary answers', async () => {
    await using alone = createPg({ dsn: pair.primary.dsn, debug: true })
    expect(await alone.read.value(isStandby)).toBe(false)
    expect(await rejection(alone.read.execute("insert into notes (text) values ('x')"))).toMatchObject({
      code: 'read_only_sql_transaction',
    })
    await using away = createPg({ dsn: pair.primary.dsn, read: 'postgres://postgres@127.0.0.1:1/postgres' })
    expect(await away.read.value(isStandby)).toBe(false)
    expect(await away.read.tx(tx => tx.value(isStandby))).toBe(false)
  })

  test('target_session_attrs chooses among several servers', async () => {
    const both = `postgres://postgres@127.0.0.1:${pair.standby.port},127.0.0.1:${pair.primary.port}/postgres`
    for (const [attrs, standby] of [
      ['any', true],
      ['read-write', false],
      ['primary', false],
      ['standby', true],
      ['read-only', true],
      ['prefer-standby', true],
    ] as const) {
      await using chosen = createPg(`${both}?target_session_attrs=${attrs}`)
      expect(await chosen.value(isStandby), attrs).toBe(standby)
    }
    await using none = createPg(
      `postgres://postgres@127.0.0.1:${pair.standby.port}/postgres?target_session_attrs=primary`,
    )
    const error = (await rejection(none.query('select 1'))) as Error
    expect(error).toMatchObject({ code: 'connect_failed' })
    expect(error.message).toContain('a standby')
    await using down = createPg(`postgres://postgres@127.0.0.1:1,127.0.0.1:${pair.primary.port}/postgres`)
    expect(await down.value('select 1')).toBe(1)
  })
})

interface Load {
  /** Of writes that were confirmed, the latest (`performance.now()`). */
  lastSuccessAt: number
  errors: unknown[]
  confirmed: number
  stop(): Promise<void>
}

/** Writers that go on whatever happens. */
function writeAll(db: Pg, writers: number): Load {
  let going = true
  const load: Load = { lastSuccessAt: 0, errors: [], confirmed: 0, stop: async () => undefined }
  const write = async (i: number) => {
    while (going) {
      try {
        await (i % 2
          ? db.execute('insert into load (n) values ($1)', [i])
          : db.tx(tx => tx.execute('insert into load (n) values ($1)', [i])))
        load.confirmed++
        load.lastSuccessAt = performance.now()
      } catch (error) {
        load.errors.push(error)
        await new Promise(resolve => setTimeout(resolve, 20))
      }
    }
  }
  const running = Array.from({ length: writers }, (_, i) => write(i))
  load.stop = async () => {
    going = false
    await Promise.all(running)
  }
  return load
}

/** Every error is one of the package's, with a code and a status that a client may see. */
function expectTyped(errors: readonly unknown[]): void {
  for (const error of errors) {
    expect((error as { code?: string }).code, String(error)).toMatch(
      /^(?:connection_lost|connect_failed|commit_unknown|pool_timeout|pool_queue_full|admin_shutdown|crash_shutdown|cannot_connect_now|read_only_sql_transaction|connection_failure|connection_exception)$/,
    )
    expect((error as { status?: number }).status, String(error)).toBeGreaterThanOrEqual(500)
  }
}

describe.each([
  ['dies', 'kill'],
  ['hangs', 'freeze'],
] as const)('a primary that %s under load', (_name, how) => {
  test('is left for the standby within 5 s of its promotion', async () => {
    await using servers = await startPair()
    const { primary, standby } = servers
    const db = createPg({
      dsn: `postgres://postgres@127.0.0.1:${primary.port},127.0.0.1:${standby.port}/postgres?target_session_attrs=read-write`,
      acquireTimeoutMs: 2_000,
    })
    await db.execute('create table load (n int)')
    const load = writeAll(db, 8)
    await until(() => load.confirmed > 50)
    if (how === 'kill') await primary.kill('SIGKILL')
    else primary.freeze()
    await until(async () => (await standby.value('select pg_promote(true, 60)')) === true)
    const promotedAt = performance.now()
    await until(() => load.lastSuccessAt > promotedAt, 20_000)
    expect(load.lastSuccessAt - promotedAt).toBeLessThan(5_000)
    const before = load.confirmed
    await until(() => load.confirmed > before + 50)
    await load.stop()
    expectTyped(load.errors)
    // What was confirmed last before it died is lost: the standby is an asynchronous one.
    expect(await standby.value('select count(*)::int from load')).toBeGreaterThan(50)
    await db.close({ timeoutMs: 1_000 })
  })
})

test.skipIf(!pgbouncer)(
  'through PgBouncer, which is led to the new primary, writing goes on within 5 s (needs pgbouncer)',
  async () => {
    await using servers = await startPair()
    const { primary, standby } = servers
    await using pooler = await startPgbouncer(primary.dsn)
    const db = createPg({
      dsn: `postgres://postgres@127.0.0.1:${pooler.port}/postgres?target_session_attrs=read-write`,
      prepare: false,
      acquireTimeoutMs: 2_000,
      read: { dsn: `postgres://postgres@127.0.0.1:${pooler.port}/postgres` },
    })
    await db.execute('create table load (n int)')
    expect(await db.read.value('select 1')).toBe(1)
    const load = writeAll(db, 8)
    await until(() => load.confirmed > 50)
    await primary.kill('SIGKILL')
    await standby.value('select pg_promote(true, 60)')
    await pooler.leadTo(standby.dsn)
    const promotedAt = performance.now()
    await until(() => load.lastSuccessAt > promotedAt, 20_000)
    expect(load.lastSuccessAt - promotedAt).toBeLessThan(5_000)
    await load.stop()
    expectTyped(load.errors)
    await db.close({ timeoutMs: 1_000 })
  },
)
