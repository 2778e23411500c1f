import { join } from 'node:path'
import type { PropaneHandle } from '@arlen/propane'
import { type TestResponse, testApp, testDb } from '@arlen/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { productionEnv, startProduction } from './production.ts'

let close: () => Promise<unknown>
let shop: PropaneHandle

/** The shop as `make run` runs it: propane with two workers. */
beforeAll(async () => {
  const database = await testDb({ migrations: join(import.meta.dirname, '../db/migrations') })
  shop = await startProduction(productionEnv(database.url), '127.0.0.1', 'fixtures/shop-that-tells-its-worker.ts')
  close = async () => {
    await shop.quit()
    await database.close()
  }
  await shop.ready
})
afterAll(() => close())

/** All at the same time, each on a connection of its own, so that both workers get some. */
async function submit(times: number, path: string, fields: Record<string, string>): Promise<number[]> {
  await using t = await testApp(shop.url)
  const pages = await Promise.all(Array.from({ length: times }, () => t.visitor().visit(path)))
  const answers = pages.map(page => page.submit(`[action="${path}"]`, fields))
  return (await Promise.all(answers)).map(({ status }) => status).sort()
}

test('guesses at a password are counted together by all workers', async () => {
  const statuses = await submit(12, '/login', { email: 'hank@strickland.example', password: 'propane?' })
  expect(statuses).toEqual([...Array<number>(5).fill(422), ...Array<number>(7).fill(429)])
})

test('so are the accounts that one address makes', async () => {
  const statuses = await submit(24, '/sign-up', { name: '', email: 'not an address', password: 'short' })
  expect(statuses).toEqual([...Array<number>(20).fill(422), ...Array<number>(4).fill(429)])
})

test('and both workers have their share of the requests', async () => {
  await using t = await testApp(shop.url)
  const workers = new Set<unknown>()
  // Which worker gets a connection is up to the system; connections that stay open go to the one that has fewer.
  while (workers.size < 2) {
    const pages: TestResponse[] = await Promise.all(Array.from({ length: 20 }, () => t.visitor().visit('/login')))
    for (const { headers } of pages) workers.add(headers.get('x-worker'))
  }
  expect(workers.size).toBe(2)
})
