import { expect, test } from 'vitest'
import { createPg, type Pg } from '../src/index.ts'
import { countOthers, rejection, terminateOthers, until } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const { dsn, admin } = await openDatabase()

/** Rounds enough to meet the races, few enough for every run; `ARLEN_PG_TEST_ROUNDS=100` for the whole of it. */
const ROUNDS = Number(process.env.ARLEN_PG_TEST_ROUNDS ?? 12)

/** Without waiting for any of the time-outs of the pool, the shortest of which is 10 s. */
async function answers(db: Pg): Promise<void> {
  const started = performance.now()
  expect(await db.value('select 1')).toBe(1)
  expect(performance.now() - started).toBeLessThan(9_000)
}

test('a terminated connection is a typed error for its queries, and the next query succeeds', async () => {
  await using db = createPg({ dsn, max: 6 })
  const resyncs: number[] = []
  await db.listen('news', () => undefined, { onResync: () => resyncs.push(1) })
  for (let round = 0; round < ROUNDS; round++) {
    const idle = await db.tx(tx => tx.value('select 1')) // leaves a connection idle in the pool
    expect(idle).toBe(1)
    const entered = Promise.withResolvers<void>()
    const killed = Promise.withResolvers<void>()
    const midQuery = rejection(db.query('select pg_sleep(60)'))
    const midTransaction = rejection(
      db.tx(async tx => {
        await tx.query('select 1')
        entered.resolve()
        await killed.promise
        await tx.query('select 2')
      }),
    )
    const midQueryAlone = rejection(db.query('select pg_sleep(61)', [], { isolated: true }))
    await entered.promise
    await until(async () => {
      const { rows } = await admin.query(
        "select count(*)::int as n from pg_stat_activity where query ~ 'pg_sleep.6[01].' and state = 'active' and pid <> pg_backend_pid() and datname = current_database()",
      )
      return rows[0].n === 2
    })
    expect(await terminateOthers(admin)).toBeGreaterThanOrEqual(4)
    for (const error of await Promise.all([midQuery, midQueryAlone])) {
      expect(error).toMatchObject({ code: 'admin_shutdown', sqlstate: '57P01', status: 503, retryable: true })
    }
    killed.resolve()
    expect(await midTransaction).toMatchObject({ status: 503 })
    await answers(db)
    expect(await db.tx(tx => tx.value('select 2'))).toBe(2)
    await until(() => resyncs.length === round + 1)
  }
  await until(async () => (await countOthers(admin)) <= 7)
  expect(db.stats()).toMatchObject({ waiting: 0, pipelined: 0 })
})

test('queries behind the running one fail too, and none hangs', async () => {
  await using db = createPg({ dsn, sharedConnections: 1 })
  await db.query('select 1')
  const running = rejection(db.query('select pg_sleep(62)'))
  const behind = Promise.allSettled(Array.from({ length: 20 }, () => db.query('select 1')))
  await until(async () => {
    const { rowCount } = await admin.query(
      "select 1 from pg_stat_activity where query ~ 'pg_sleep.62' and state = 'active' and pid <> pg_backend_pid() and datname = current_database()",
    )
    return rowCount === 1
  })
  await terminateOthers(admin)
  expect(await running).toMatchObject({ code: 'admin_shutdown', status: 503 })
  const failed = (await behind).filter(result => result.status === 'rejected') // others had found another connection in time
  expect(failed.length).toBeGreaterThan(0)
  for (const { reason } of failed) expect(reason).toMatchObject({ status: 503 })
  await answers(db)
})

test('the other shared connections stay as they are', async () => {
  await using db = createPg({ dsn, max: 4, sharedConnections: 2 })
  await db.query('select 1')
  const running = rejection(db.query('select pg_sleep(63)'))
  // Many at once make the pool open the second connection.
  const behind = Promise.allSettled(Array.from({ length: 100 }, () => db.query('select 1')))
  await until(() => db.stats().shared === 2)
  await admin.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where query ~ 'pg_sleep.63' and pid <> pg_backend_pid() and datname = current_database()",
  )
  expect(await running).toMatchObject({ code: 'admin_shutdown' })
  await behind
  // None is leased that nobody shares.
  await until(() => db.stats().shared === db.stats().leased && db.stats().waiting === 0)
  expect(db.stats().shared).toBeGreaterThan(0)
  await answers(db)
})

test('an idle pool loses its connections unnoticed', async () => {
  await using db = createPg({ dsn })
  for (let round = 0; round < 5; round++) {
    await Promise.all([db.query('select 1'), db.tx(tx => tx.query('select 1')), db.tx(tx => tx.query('select 1'))])
    await until(async () => {
      await terminateOthers(admin) // one that was still being opened may come after the first time
      return db.stats().total === 0
    })
    await answers(db)
  }
})
