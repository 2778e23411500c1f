import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { pace, percentilesOf } from '../src/load/pace.ts'
import { wireRequest } from '../src/load/request.ts'
import { Session } from '../src/load/session.ts'
import { startLoad } from '../src/load/start-load.ts'
import { Side } from '../src/measure/side.ts'

const root = join(import.meta.dirname, '../fixtures')
const NO_CORES = { servers: undefined, load: undefined }

async function start(
  env: Record<string, string>,
  connections: number,
  silenceMs = 30_000,
  startMs = 30_000,
  requests = [wireRequest('/')],
): Promise<Side> {
  const load = startLoad()
  onTestFinished(() => load.stop())
  const program = { file: join(root, 'server.mjs'), env, cwd: root }
  const side = await Side.start('one', program, requests, {
    load,
    cores: NO_CORES,
    connections,
    silenceMs,
    startMs,
  })
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

test('what each request took is given, and the percentiles are of these', async () => {
  const side = await start({}, 4)
  const { requests, tookMs, ...percentiles } = await side.pace(200, 100)
  expect(tookMs).toHaveLength(requests)
  expect(percentiles).toMatchObject({ ...percentilesOf(tookMs), maxMs: Math.max(...tookMs) })
})

test('requests that are measured are whole sequences', async () => {
  const side = await start({}, 4, 30_000, 30_000, [wireRequest('/'), wireRequest('/'), wireRequest('/')])
  expect((await side.runWhole(10)).requests).toBe(9)
  expect((await side.runWhole(1)).requests).toBe(3)
})

/** A session of four connections to a server of this process. */
async function openSession(answer: RequestListener = (_, res) => res.end('ok')) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const session = new Session((server.address() as AddressInfo).port, [wireRequest('/')], 30_000)
  onTestFinished(() => {
    session.close()
    server.close()
  })
  await session.open(4)
  await session.run(20)
  return { server, session, sockets: session.connections.map(({ socket }) => socket) }
}

test('connections that the server has closed meanwhile are opened again', async () => {
  const { server, session, sockets } = await openSession()
  const closed = Promise.all(sockets.map(socket => once(socket, 'close')))
  server.closeIdleConnections()
  await closed
  await session.run(20)
  expect((await pace(session, 100, 100)).requests).toBe(10)
})

test('connections that close while others are used are no failure, and are opened again when they are needed', async () => {
  let asked = 0
  let closeIdle = () => {}
  const { session, sockets } = await openSession((_, res) => {
    asked += 1
    if (asked === 30) closeIdle()
    // From then on, one connection is not enough for a request every 20 ms.
    setTimeout(() => res.end('ok'), asked < 35 ? 1 : 50)
  })
  let closed = 0
  // By the client, so that no request is on its way to a connection that the server closes.
  closeIdle = () => {
    for (const { socket, isAsked } of session.connections) {
      if (isAsked) continue
      socket.destroy()
      closed += 1
    }
  }
  expect((await pace(session, 50, 600)).requests).toBe(30)
  expect(closed).toBeGreaterThan(0)
  const opened = session.connections.filter(({ socket }) => !sockets.includes(socket))
  expect(opened.length).toBeGreaterThan(0)
  expect(opened.length).toBeLessThanOrEqual(closed)
})

test('connections that have been idle for so long that the server may close them are opened again', async () => {
  const { session, sockets } = await openSession()
  await session.run(20)
  expect(session.connections.map(({ socket }) => socket)).toEqual(sockets)
  const nowMs = performance.now()
  vi.spyOn(performance, 'now').mockReturnValue(nowMs + 2_000)
  onTestFinished(() => void vi.restoreAllMocks())
  await session.run(20)
  for (const { socket } of session.connections) expect(sockets).not.toContain(socket)
})

describe('a server that stops answering is silent, and it is said what its process does:', () => {
  test.each([
    ['hang', 'waiting for something to happen'],
    ['spin', 'computing'],
  ])('%s', async (loss, state) => {
    const side = await start({ LOSS: loss }, 4, 2_000)
    await expect(side.run(100)).rejects.toMatchObject({ name: 'ServerSilent', message: expect.stringMatching(state) })
  })

  test('from the first request on', async () => {
    await expect(start({ LOSS: 'mute' }, 4, 400)).rejects.toThrow(/^no answer came within 0.4 s; its process is/)
  })

  test('and it has not started', async () => {
    await expect(start({ LOSS: 'late' }, 4, 30_000, 800)).rejects.toThrow(
      /^no answer came within 0.8 s: it has not started/,
    )
  })
})

test('a server that ends is an error with what it wrote, not a wait', async () => {
  const side = await start({}, 2)
  process.kill(side.host.pid, 'SIGKILL')
  await expect(side.run(1_000_000)).rejects.toThrow(/closed a connection|a connection to the server failed/)
  await expect(side.host.call('usage', undefined)).rejects.toMatchObject({ code: 'process_ended' })
})
