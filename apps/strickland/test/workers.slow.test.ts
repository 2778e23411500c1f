import { join } from 'node:path'
import { createTestDatabase } from '@arlen/pg/testing'
import { createPropane, type PropaneHandle } from '@arlen/propane'
import { generateSecret } from '@arlen/session'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Visit, Visitor } from './visitor.ts'

let close: () => Promise<unknown>
let shop: PropaneHandle

/** The shop as `make run` runs it: propane with two workers. */
beforeAll(async () => {
  const database = await createTestDatabase({ migrations: join(import.meta.dirname, '../db/migrations') })
  shop = await createPropane({
    app: join(import.meta.dirname, 'fixtures/shop-that-tells-its-worker.ts'),
    port: 0,
    workers: 2,
    preStopDelayMs: 0,
    controlSocket: 'off',
    execArgv: ['--conditions=@arlen/source'],
    logFile: '/dev/null',
    probePath: '/readyz',
    env: {
      ...process.env,
      ARLEN_ENV: 'production',
      ARLEN_LOG_LEVEL: 'silent',
      ARLEN_SESSION_SECRETS: generateSecret(),
      DATABASE_URL: database.dsn,
    },
  })
  close = async () => {
    await shop.quit()
    await database.drop()
  }
  await shop.ready
})
afterAll(() => close())

/** All at the same time, each on connections of its own, so that both workers get some. */
function submit(times: number, page: string, fields: Record<string, string>): Promise<Visit[]> {
  return Promise.all(Array.from({ length: times }, () => new Visitor(shop.url).submit(page, page, fields)))
}

const statuses = (answers: readonly Visit[]) => answers.map(({ status }) => status).sort()

test('guesses at a password are counted together by all workers', async () => {
  const answers = await submit(12, '/login', { email: 'hank@strickland.example', password: 'propane?' })
  expect(statuses(answers)).toEqual([...Array<number>(5).fill(422), ...Array<number>(7).fill(429)])
})

test('so are the accounts that one address makes', async () => {
  const answers = await submit(24, '/sign-up', { name: '', email: 'not an address', password: 'short' })
  expect(statuses(answers)).toEqual([...Array<number>(20).fill(422), ...Array<number>(4).fill(429)])
})

test('and both workers have their share of the requests', async () => {
  const workers = new Set<unknown>()
  // Which worker gets a connection is up to the system; connections that stay open go to the one that has fewer.
  while (workers.size < 2) {
    const pages = await Promise.all(Array.from({ length: 20 }, () => new Visitor(shop.url).get('/login')))
    for (const { headers } of pages) workers.add(headers['x-worker'])
  }
  expect(workers.size).toBe(2)
})
