import http from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { fixture, get, start, until } from './helpers.ts'

/** Opens keep-alive connections, each with one request, and counts them by worker. */
async function connect(url: string, count: number, pauseMs: number): Promise<number[]> {
  const byWorker = new Map<number, number>()
  const agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })
  onTestFinished(() => agent.destroy())
  const requests: Promise<void>[] = []
  for (let index = 0; index < count; index++) {
    // Each in flight until the last has been sent, so that every request has a connection of its own.
    requests.push(
      get(`${url}/?ms=${500 + (count - index) * pauseMs}`, { agent }).then(({ body }) => {
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
])('64 keep-alive clients that come %s are spread evenly over 4 workers', async (_, pauseMs) => {
  const handle = await start({ app: fixture('mixed.ts'), workers: 4, heartbeatInterval: 100 })
  const spread = await connect(handle.url, 64, pauseMs)
  expect(spread).toHaveLength(4)
  expect(spread[0]! / spread[3]!).toBeLessThanOrEqual(1.5)
  const { balance } = await until(
    () => handle.status(),
    ({ workers }) => sum(workers.map(w => w.connections)) === 64,
  )
  expect(balance.most / balance.fewest).toBeLessThanOrEqual(1.5)
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
