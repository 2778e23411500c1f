import http from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { fixture, get, start, until } from './helpers.ts'

/** Opens keep-alive connections, each with one request, and counts them by worker. */
async function connect(url: string, count: number, pauseMs: number): Promise<number[]> {
  const byWorker = new Map<number, number>()
  const requests: Promise<void>[] = []
  for (let index = 0; index < count; index++) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    requests.push(
      get(url, { agent }).then(({ body }) => {
        const { worker } = JSON.parse(body) as { worker: number }
        byWorker.set(worker, (byWorker.get(worker) ?? 0) + 1)
      }),
    )
    if (pauseMs > 0) await new Promise(resolve => setTimeout(resolve, pauseMs))
  }
  await Promise.all(requests)
  return [...byWorker.values()].sort((a, b) => b - a)
}

test.each([
  ['at once', 0],
  ['one after the other', 5],
  // A worker that gets no time to run for a while is not waited for.
])('64 keep-alive clients that come %s are spread evenly over 4 workers (timed)', { retry: 2 }, async (_, pauseMs) => {
  const handle = await start({ app: fixture('mixed.ts'), workers: 4, heartbeatIntervalMs: 100 })
  const spread = await connect(handle.url, 64, pauseMs)
  expect(spread).toHaveLength(4)
  expect(spread[0]! / spread[3]!).toBeLessThanOrEqual(1.5)
  const { balance } = await until(
    () => handle.status(),
    ({ workers }) => sum(workers.map(w => w.connections)) === 64,
  )
  expect(balance.most / balance.fewest).toBeLessThanOrEqual(1.5)
})

test('64 keep-alive clients are spread over all workers while others open a connection for each request (timed)', {
  retry: 2,
}, async () => {
  const handle = await start({ app: fixture('mixed.ts'), workers: 4, heartbeatIntervalMs: 100 })
  let done = false
  const hurried = Array.from({ length: 12 }, async () => {
    while (!done) await get(handle.url)
  })
  const spread = await connect(handle.url, 64, 5)
  done = true
  await Promise.all(hurried)
  expect(spread).toHaveLength(4)
  expect(spread[0]! / spread[3]!).toBeLessThanOrEqual(3)
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
