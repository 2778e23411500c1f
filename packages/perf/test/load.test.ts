import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { wireRequest } from '../src/load/request.ts'
import { Side, startLoad } from '../src/measure/side.ts'

const root = join(import.meta.dirname, '../fixtures')
const NO_CORES = { servers: undefined, load: undefined }

async function start(env: Record<string, string>, connections: number): Promise<Side> {
  const load = startLoad(NO_CORES)
  onTestFinished(() => load.stop())
  const program = { file: join(root, 'server.mjs'), env, cwd: root }
  const side = await Side.start('one', program, [wireRequest('/')], { load, cores: NO_CORES, connections })
  onTestFinished(() => side.stop())
  return side
}

test('an answer that comes late counts for all that were due behind it', async () => {
  const side = await start({ LOSS: 'stall' }, 4)
  // 200 requests in a second; the server stands still for 300 ms: 60 are due meanwhile, and wait for 150 ms at the median.
  const { requests, p50Ms, p95Ms, maxMs } = await side.pace(200, 1_000)
  expect(requests).toBe(200)
  expect(maxMs).toBeGreaterThan(295)
  expect(p95Ms).toBeGreaterThan(200)
  expect(p50Ms).toBeLessThan(p95Ms)
})

test('connections that the server has closed meanwhile are opened again', async () => {
  const side = await start({ IDLE_MS: '50' }, 4)
  await side.run(20)
  await sleep(2_500) // more than its idle time-out, which Node.js checks now and then, and more than the generator waits
  await side.run(20)
  const { requests } = await side.pace(100, 100)
  expect(requests).toBe(10)
})

test('a server that ends is an error with what it wrote, not a wait', async () => {
  const side = await start({}, 2)
  process.kill(side.host.pid, 'SIGKILL')
  await expect(side.run(1_000_000)).rejects.toThrow(/closed a connection|ECONN|EPIPE/)
  await expect(side.host.call('usage', undefined)).rejects.toMatchObject({ code: 'process_ended' })
})
