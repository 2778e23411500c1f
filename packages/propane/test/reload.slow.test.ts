import { existsSync, rmSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Bin } from './bin.ts'
import { fixture, get, PATIENT, start, temporaryFolder, until } from './helpers.ts'
import { Traffic } from './traffic.ts'

test('20 HUPs in 30 s under 64 mixed clients with handlers of 5 ms and 2 s lose no request', async () => {
  const bin = new Bin([fixture('mixed.ts'), '--workers', '2', '--port', '0', '--idle-window', '5s'])
  const url = await bin.serving()
  const traffic = new Traffic({ url, clients: 64, handlerMs: [5, 5, 5, 5, 5, 5, 5, 2000] })
  for (let count = 0; count < 20; count++) {
    bin.child.kill('SIGHUP')
    await new Promise(resolve => setTimeout(resolve, 1500))
  }
  const { lost, answered, statuses } = await traffic.stop()
  console.log(`${answered} requests, ${bin.lines.filter(line => line.msg.startsWith('reloaded in')).length} reloads`)
  expect(lost).toEqual([])
  expect(Object.keys(statuses)).toEqual(['200'])
})

test('after a reload reports done, 10,000 requests show only the new generation', async () => {
  const handle = await start({ app: fixture('mixed.ts'), workers: 2, ...PATIENT })
  const before = new Traffic({ url: handle.url, clients: 16, handlerMs: [0] })
  await handle.reload()
  await before.stop()
  const note = (body: string) => String((JSON.parse(body) as { generation: number }).generation)
  const after = new Traffic({ url: handle.url, clients: 16, handlerMs: [0], note })
  await after.answered(10_000)
  expect([...(await after.stop()).bodies.keys()]).toEqual(['2'])
})

test('a queue of the listening socket that is full when a reload begins is answered by the new worker', async () => {
  const marker = path.join(temporaryFolder(), 'marker')
  const env = { ...process.env, MARKER: marker }
  const handle = await start({ app: fixture('faulty.ts'), workers: 1, listenBacklog: 8, env })
  const old = handle.status().workers[0]!.pid
  const blocked = get(`${handle.url}/block`)
  await until(() => existsSync(marker), Boolean)
  // One more than the length that was asked for is what the kernel queues.
  const queued = Array.from({ length: 9 }, () => get(handle.url))
  const reloaded = handle.reload()
  const pids = (await Promise.all(queued)).map(({ body }) => Number(body))
  rmSync(marker) // ends the block
  await reloaded
  expect((await blocked).body).toBe(String(old))
  expect(pids).toEqual(pids.map(() => handle.status().workers[0]!.pid))
})

// The kernel may have answered a client whose handshake is not over when the queue closes: on a machine that is starved
// of CPU time this happens now and then.
test('five stops under load lose nothing that was accepted (timed)', {
  retry: 2,
}, async () => {
  for (let count = 0; count < 5; count++) {
    const handle = await start({ app: fixture('mixed.ts'), workers: 2, ...PATIENT })
    const traffic = new Traffic({ url: handle.url, clients: 32, handlerMs: [0, 0, 50] })
    await traffic.answered(100)
    expect(await handle.stop()).toEqual({ code: 0 })
    const { lost } = await traffic.stop()
    expect(lost.filter(({ error }) => error !== 'ECONNREFUSED')).toEqual([])
  }
})
