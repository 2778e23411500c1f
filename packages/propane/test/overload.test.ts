import { expect, test } from 'vitest'
import { fixture, get, start, until } from './helpers.ts'

const APPS = [
  ['a listener of node:http', 'faulty.ts'],
  ['an engine of its own', 'arlen-server.ts'],
] as const

test.each(APPS)(
  'above the limit of requests in flight others are answered 503 with Retry-After at once, health routes 200: %s',
  async (_, app) => {
    const handle = await start({
      app: fixture(app),
      workers: 1,
      maxInFlight: 2,
      retryAfterMs: 3000,
      heartbeatIntervalMs: 20,
    })
    const slow = [1, 2].map(() => get(`${handle.url}/slow?ms=6000`))
    await handle.once('heartbeat', ({ stats }) => stats.inFlight === 2)
    const first = await Promise.race([get(handle.url), ...slow.map(answer => answer.then(() => undefined))])
    const refused = first ?? expect.unreachable('it was answered only when another request had ended')
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '3' } })
    expect(JSON.parse(refused.body)).toMatchObject({ status: 503, code: 'server_overloaded' })
    expect((await get(`${handle.url}/health/live`)).status).toBe(200)
    expect((await get(`${handle.url}/healthy`)).status).toBe(503)
    for (const answer of await Promise.all(slow)) expect(answer.status).toBe(200)
    expect((await get(handle.url)).status).toBe(200)
    // One that was sent before the last answer still counts it.
    const { stats } = await handle.once('heartbeat', event => event.stats.inFlight === 0)
    expect(stats).toMatchObject({ shed: 2 })
  },
)

test('above the limit of connections a worker leaves them to the others', async () => {
  const handle = await start({ app: fixture('mixed.ts'), workers: 2, maxConnections: 3 })
  const answers = await Promise.all(Array.from({ length: 12 }, () => get(`${handle.url}/?ms=200`)))
  expect(answers.map(answer => answer.status)).toEqual(Array.from({ length: 12 }, () => 200))
  const { stats } = await handle.once('heartbeat')
  expect(stats.connections).toBeLessThanOrEqual(3)
})

test.each(APPS)('a delayed event loop makes a worker refuse, and it recovers by itself: %s', async (_, app) => {
  const handle = await start({ app: fixture(app), workers: 1, maxEventLoopDelayMs: 100 })
  // Requests that arrive in one turn of the loop are all taken before its delay shows: on a busy machine, a whole round of them.
  const seen = new Set<number>()
  const round = async () => {
    const blockers = Array.from({ length: 12 }, () => get(`${handle.url}/block?ms=150`))
    for (const { status } of await Promise.all(blockers)) seen.add(status)
  }
  await until(round, () => seen.has(503))
  expect(seen).toEqual(new Set([200, 503]))
  await until(
    () => get(handle.url),
    answer => answer.status === 200,
  )
})
