import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, serveStatic } from '@arlen/http'
import { createApp } from 'arlen'
import { expect, test } from 'vitest'
import { testApp } from '../src/index.ts'

const server = () =>
  createServer(
    async c => {
      if (c.req.path === '/later') {
        await new Promise(resolve => setTimeout(resolve, 60 * 60_000))
        return 'an hour later'
      }
      return new Date().toISOString()
    },
    { handlerTimeoutMs: Number.POSITIVE_INFINITY },
  )

test('time stops and moves as the test says', async () => {
  const t = await testApp(server())
  t.clock.set(new Date('2030-01-01T00:00:00Z'))
  await t.get('/').text('2030-01-01T00:00:00.000Z')
  await t.clock.tick(90_000)
  await t.get('/').text('2030-01-01T00:01:30.000Z')
  const later = t.get('/later').send()
  await t.get('/')
  await t.clock.tick(60 * 60_000)
  expect((await later).text).toBe('an hour later')
  await t.close()
  expect(Math.abs(Date.now() - Date.parse('2030-01-01'))).toBeGreaterThan(1000)
})

test('there is one clock in a process', async () => {
  const [one, other] = [await testApp(server()), await testApp(server())]
  expect(one.clock).toBe(one.clock)
  expect(() => other.clock).toThrow('The clock is already installed')
  await one.close()
  expect(other.clock.now).toBeInstanceOf(Date)
  await other.close()
})

test('time is real until the clock is used', async () => {
  const t = await testApp(server())
  const before = Date.now()
  const answer = await t.get('/')
  expect(Date.parse(answer.text)).toBeGreaterThanOrEqual(before)
  await t.close()
})

test('a clock from the start moves the recurring tasks of an application', async () => {
  const app = createApp({ root: import.meta.dirname, environment: 'test', config: { session: { enabled: false } } })
  let runs = 0
  app.every('counting', 60 * 60_000, () => {
    runs += 1
  })
  const t = await testApp(app, { clock: true })
  expect(runs).toBe(0)
  await t.clock.tick(6 * 60 * 60_000)
  expect(runs).toBeGreaterThanOrEqual(5)
  expect(runs).toBeLessThanOrEqual(7)
  await t.close()
})

test('a cached file is looked at again when the time has come, and not before', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'arlen-clock-'))
  const file = join(dir, 'price.txt')
  await writeFile(file, 'old')
  const t = await testApp(createServer(serveStatic(dir, { checkMs: 60_000 })(() => 'none')), { clock: true })
  try {
    await t.get('/price.txt').text('old')
    await writeFile(file, 'as of today')
    await t.clock.tick(59_000)
    await t.get('/price.txt').text('old')
    await t.clock.tick(1_001)
    await t.get('/price.txt').text('as of today')
  } finally {
    await t.close()
    await rm(dir, { recursive: true })
  }
})

test('a result of a health check is kept as long as it says', async () => {
  const app = createApp({ root: import.meta.dirname, environment: 'test', config: { session: { enabled: false } } })
  let checks = 0
  app.health.add('counting', () => void checks++, { cacheMs: 30_000 })
  await using t = await testApp(app, { clock: true })
  await t.get('/readyz').status(200)
  await t.clock.tick(29_000)
  await t.get('/readyz').status(200)
  expect(checks).toBe(1)
  await t.clock.tick(1_001)
  await t.get('/readyz').status(200)
  expect(checks).toBe(2)
})
