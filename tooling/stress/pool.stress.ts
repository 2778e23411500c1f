import { ArlenError } from '@arlen/core'
import { createPg } from '@arlen/pg'
import { createTestDatabase } from '@arlen/pg/testing'
import { expect, onTestFinished, test } from 'vitest'

const TASKS = 64
const ROUNDS = 40

test('queries and transactions over connections that the server ends all the time are right, or typed errors', async () => {
  const database = await createTestDatabase()
  const db = createPg({ dsn: database.dsn, max: 5 })
  const admin = createPg({ dsn: database.dsn, max: 1 })
  onTestFinished(async () => {
    await Promise.all([db.close(), admin.close()])
    await database.drop()
  })
  await admin.execute('create table entries (task int, round int)')
  let committed = 0
  let doubtful = 0
  let failed = 0
  let running = true
  const ender = (async () => {
    while (running) {
      await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and random() < 0.3`,
      )
    }
  })()
  const work = async (task: number) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      try {
        const [row] = await db.many<{ sum: number }>('select $1::int + $2::int as sum', [task, round])
        expect(row!.sum).toBe(task + round)
        await db.tx(async tx => {
          await tx.execute('insert into entries values ($1, $2)', [task, round])
          doubtful += 1
        })
        committed += 1
        doubtful -= 1
      } catch (error) {
        if (!(error instanceof ArlenError)) throw error
        failed += 1
      }
    }
  }
  await Promise.all(Array.from({ length: TASKS }, (_, task) => work(task)))
  running = false
  await ender
  const { count } = await admin.one<{ count: number }>('select count(*)::int as count from entries')
  // A connection that is lost while COMMIT is under way leaves in doubt whether it was done.
  expect(count).toBeGreaterThanOrEqual(committed)
  expect(count).toBeLessThanOrEqual(committed + doubtful)
  expect(committed + failed).toBe(TASKS * ROUNDS)
  expect(committed).toBeGreaterThan(0)
  // The news that a connection has ended may reach us while it carries a query already.
  await expect
    .poll(() => db.one('select 1 as one').catch((error: unknown) => error), { interval: 1 })
    .toEqual({ one: 1 })
  expect(db.stats()).toMatchObject({ waiting: 0 })
})
