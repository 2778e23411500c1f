import { expect, test } from 'vitest'
import { fixture, get, PATIENT, start } from './helpers.ts'
import { Traffic } from './traffic.ts'

test.each([
  ['a listener of node:http', 'mixed.ts'],
  ['an engine of its own', 'arlen-server.ts'],
])('recycling after 50 requests under load loses no request and never has too few workers: %s', async (_, app) => {
  const handle = await start({
    app: fixture(app),
    workers: 2,
    maxRequests: 50,
    heartbeatIntervalMs: 50,
    ...PATIENT,
  })
  let fewest = 2
  handle.on('drain', () => {
    fewest = Math.min(fewest, handle.status().serving)
  })
  const traffic = new Traffic({ url: handle.url, clients: 16 })
  for (let recycled = 0; recycled < 4; recycled++) {
    expect((await handle.once('drain')).reason).toBe('max_requests')
  }
  expect((await traffic.stop()).lost).toEqual([])
  expect(fewest).toBe(2)
})

test('a worker over its memory limit is replaced without losing a request', async () => {
  const handle = await start({
    app: fixture('faulty.ts'),
    workers: 1,
    maxMemory: '350mb',
    heartbeatIntervalMs: 50,
    ...PATIENT,
  })
  const { pid } = handle.status().workers[0]!
  const traffic = new Traffic({ url: handle.url, clients: 8 })
  const drained = handle.once('drain')
  await get(`${handle.url}/leak?mb=300`)
  expect(await drained).toMatchObject({ pid, reason: 'max_memory' })
  await handle.once('exit', event => event.pid === pid)
  expect((await traffic.stop()).lost).toEqual([])
  expect(handle.status().workers.map(worker => worker.pid)).not.toContain(pid)
})

test('fewer workers under load lose no request', async () => {
  const handle = await start({ app: fixture('mixed.ts'), workers: 3, ...PATIENT })
  const traffic = new Traffic({ url: handle.url, clients: 16, handlerMs: [5, 100] })
  await traffic.answered(50)
  await handle.scale(1)
  await traffic.answered(50)
  expect((await traffic.stop()).lost).toEqual([])
  expect(handle.status().workers.map(worker => worker.slot)).toEqual([1])
})
