import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Bin } from './bin.ts'
import { alive, fixture, get, launch, start, temporaryFolder, until } from './helpers.ts'
import { Traffic } from './traffic.ts'

test('a crash loop with no healthy worker ends with 1 and the first error said once', async () => {
  const logFile = path.join(temporaryFolder(), 'log')
  const handle = await launch({ app: fixture('exits-at-boot.ts'), workers: 1, respawnDelayMs: 10, logFile })
  expect(await handle.done).toEqual({
    code: 1,
    reason:
      'Gave up: 5 workers exited before they were ready, within 60s. The first one: it died before it was ready (exit code 3)',
  })
  const log = readFileSync(logFile, 'utf8')
  expect(log.match(/it died before it was ready/g)).toHaveLength(1)
})

test('a crash loop of one worker beside healthy ones is given up and shown, until a reload', async () => {
  const marker = path.join(temporaryFolder(), 'marker')
  const handle = await start({
    app: fixture('fails-in-second-worker.ts'),
    workers: 2,
    respawnDelayMs: 10,
    env: { ...process.env, MARKER: marker },
  })
  writeFileSync(marker, '')
  const parked = handle.once('parked')
  process.kill(handle.status().workers.find(worker => worker.slot === 2)!.pid, 'SIGKILL')
  expect(await parked).toMatchObject({ slot: 2 })
  expect(handle.status()).toMatchObject({ parked: [2], serving: 1, desired: 2 })
  expect((await get(handle.url)).status).toBe(200)
  // Asked for again, it is tried again; given up in words, that is an outcome too.
  await expect(handle.scale(2)).rejects.toMatchObject({ code: 'command_failed' })
  await handle.once('parked')
  await handle.scale(1)
  expect(handle.status()).toMatchObject({ parked: [], serving: 1, desired: 1 })
})

test('a worker whose event loop is blocked is replaced and killed, and the others lose nothing', async () => {
  const folder = temporaryFolder()
  const logFile = path.join(folder, 'log')
  const handle = await start({
    app: fixture('faulty.ts'),
    workers: 2,
    logFile,
    heartbeatIntervalMs: 100,
    heartbeatTimeoutMs: 5_000, // a worker that a busy machine does not run is not blocked
    killTimeoutMs: 300,
  })
  const blocked = get(`${handle.url}/block`).catch((error: NodeJS.ErrnoException) => error.code)
  const hung = await handle.once('signal', event => event.signal === 'SIGTERM')
  const traffic = new Traffic({ url: handle.url, clients: 8 })
  const killed = await handle.once('exit', event => event.id === hung.id)
  await until(() => handle.status().settled, Boolean)
  expect(killed).toMatchObject({ signal: 'SIGKILL', expected: true, reason: 'hung' })
  expect(await blocked).toBe('ECONNRESET')
  expect((await traffic.stop()).lost).toEqual([])
  expect(handle.status()).toMatchObject({ serving: 2, desired: 2 })
  expect(readFileSync(logFile, 'utf8')).toMatch(
    /worker \d was sent SIGTERM: its event loop has been blocked for [\d.]+m?s/,
  )
})

test('a worker killed with SIGKILL while hundreds of connections queue loses only what it had accepted', async () => {
  const marker = path.join(temporaryFolder(), 'marker')
  const handle = await start({
    app: fixture('faulty.ts'),
    workers: 1,
    listenBacklog: 2000,
    respawnDelayMs: 10,
    env: { ...process.env, MARKER: marker },
  })
  const { pid } = handle.status().workers[0]!
  const blocked = get(`${handle.url}/block`).catch((error: NodeJS.ErrnoException) => error.code)
  await until(() => existsSync(marker), Boolean)
  const queued = Array.from({ length: 1000 }, () =>
    get(handle.url).then(
      () => 'answered',
      () => 'lost',
    ),
  )
  // All of them are connected, in the queue of the kernel, when the worker dies.
  await until(
    () => pendingConnections(handle.port),
    count => count >= 1000,
  )
  process.kill(pid, 'SIGKILL')
  expect(await blocked).toBe('ECONNRESET')
  const outcomes = await Promise.all(queued)
  expect(outcomes.filter(outcome => outcome === 'lost')).toEqual([])
})

test('workers whose primary is killed let go of the port, and a new one can have it at once', async () => {
  const bin = new Bin([fixture('mixed.ts'), '--workers', '2', '--port', '0'])
  const url = await bin.serving()
  const { port } = new URL(url)
  const pids = bin.lines.filter(line => 'worker_pid' in line).map(line => Number(line.worker_pid))
  const { arrived, answered } = sendSlow(`${url}/?ms=500`)
  await arrived
  bin.child.kill('SIGKILL')
  const killedAt = performance.now()
  expect(await answered).toBe(200)
  await until(
    () => pids.filter(alive).length,
    left => left === 0,
  )
  expect(performance.now() - killedAt).toBeLessThan(10_000)
  const next = new Bin([fixture('mixed.ts'), '--workers', '1', '--port', port])
  expect((await get(await next.serving())).status).toBe(200)
})

/** A request of which is known when a worker has it: only then `100 Continue` comes. */
function sendSlow(url: string): { arrived: Promise<void>; answered: Promise<number | undefined> } {
  const request = http.get(url, { agent: false, headers: { expect: '100-continue' } })
  const arrived = new Promise<void>(resolve => request.once('continue', resolve))
  const answered = new Promise<number | undefined>((resolve, reject) => {
    request.once('response', response => resolve(response.resume().statusCode))
    request.once('error', reject)
  })
  return { arrived, answered }
}

/** Connections of the kernel's accept queue: what /proc/net/tcp says of the listening socket's rx_queue. */
function pendingConnections(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const line = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map(l => l.trim().split(/\s+/))
    .find(f => f[1]?.endsWith(`:${hex}`) && f[3] === '0A')
  return Number.parseInt(line?.[4]?.split(':')[1] ?? '0', 16)
}
