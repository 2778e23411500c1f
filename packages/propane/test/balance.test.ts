import http from 'node:http'
import { expect, onTestFinished, type TestContext, test } from 'vitest'
import { fixture, get, start, until } from './helpers.ts'

interface Spread {
  /** Connections by worker, the most first. */
  counts: number[]
  /** Whether every worker could run all the time. One that gets no time for a while is not waited for. */
  fair: boolean
  close(): void
}

const WORKERS = 4

/** Opens keep-alive connections, each with a request, and counts them by worker. */
async function connect(url: string, count: number, pauseMs: number): Promise<Spread> {
  const startedAt = Date.now()
  const agents: http.Agent[] = []
  const answers: Promise<{ worker: number; stalledAt: number }>[] = []
  const ask = async (agent: http.Agent) => JSON.parse((await get(url, { agent })).body)
  for (let index = 0; index < count; index++) {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    agents.push(agent)
    answers.push(ask(agent))
    if (pauseMs > 0) await new Promise(resolve => setTimeout(resolve, pauseMs))
  }
  const workers = (await Promise.all(answers)).map(({ worker }) => worker)
  const after = await Promise.all(agents.map(ask))
  const counts = [...Map.groupBy(workers, worker => worker).values()].map(each => each.length).sort((a, b) => b - a)
  return {
    counts,
    fair: counts.length === WORKERS && after.every(({ stalledAt }) => stalledAt < startedAt),
    close() {
      for (const agent of agents) agent.destroy()
    },
  }
}

/** Connects until no worker was held up meanwhile: on a busy machine that says more about the machine than about the spread. */
async function fairSpread(skip: TestContext['skip'], connectAll: () => Promise<Spread>): Promise<Spread> {
  const startedAt = performance.now()
  while (performance.now() - startedAt < 40_000) {
    const spread = await connectAll()
    onTestFinished(spread.close)
    if (spread.fair) return spread
    spread.close()
  }
  return skip('the machine never let all workers run')
}

test.for<[string, number]>([
  ['at once', 0],
  ['one after the other', 5],
])('64 keep-alive clients that come %s are spread evenly over 4 workers', async ([, pauseMs], { skip }) => {
  const handle = await start({ app: fixture('tell-stalls.ts'), workers: WORKERS, heartbeatIntervalMs: 100 })
  const connections = (number: number) =>
    until(
      () => handle.status(),
      ({ workers }) => sum(workers.map(worker => worker.connections)) === number,
    )
  const ratios: number[] = []
  for (let round = 0; round < 5; round++) {
    const { counts, close } = await fairSpread(skip, async () => {
      await connections(0)
      return connect(handle.url, 64, pauseMs)
    })
    ratios.push(counts[0]! / counts[3]!)
    const { balance } = await connections(64)
    expect([balance.most, balance.fewest]).toEqual([counts[0], counts[3]])
    close()
  }
  // The median, since a machine with fewer processors than workers may let one of them run alone for a moment.
  expect(ratios.sort((x, y) => x - y)[2]!).toBeLessThanOrEqual(1.5)
})

test('64 keep-alive clients are spread over all workers while others open a connection for each request', async ({
  skip,
}) => {
  const handle = await start({ app: fixture('tell-stalls.ts'), workers: WORKERS, heartbeatIntervalMs: 100 })
  let done = false
  const hurried = Array.from({ length: 12 }, async () => {
    while (!done) await get(handle.url)
  })
  const { counts } = await fairSpread(skip, () => connect(handle.url, 64, 5)).finally(() => {
    done = true
  })
  await Promise.all(hurried)
  expect(counts[0]! / counts[3]!).toBeLessThanOrEqual(3)
})

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
