import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Embedded, startEmbedded } from '../src/embedded/index.ts'
import { createPg } from '../src/index.ts'
import { openAdmin, rejection, until } from './helpers.ts'

// A server of its own: what is done to it here must not reach the one all other tests share.
let dir: string
let server: Embedded

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'arlen-faults-'))
  await chmod(dir, 0o755) // within reach of the server's user
  server = await startEmbedded({ dir: join(dir, 'pg'), database: 'app', durable: false })
})

afterAll(async () => {
  await server.stop({ now: true })
  await rm(dir, { recursive: true, force: true })
})

test('a backend that is stopped (SIGSTOP) costs its queries and one connection', async () => {
  await using db = createPg({ dsn: server.dsn, max: 3, sharedConnections: 1, statementTimeoutMs: 3_000 })
  const pid = await db.value<number>('select pg_backend_pid()')
  process.kill(pid, 'SIGSTOP')
  try {
    const stuck = [rejection(db.query('select 1')), rejection(db.query('select 2', [], { timeoutMs: 100 }))]
    const errors = (await Promise.all(stuck)) as { code: string }[]
    expect(errors.map(({ code }) => code)).toEqual(['query_timeout', 'query_timeout'])
    expect(await db.value('select 3')).toBe(3)
    expect(await db.value<number>('select pg_backend_pid()')).not.toBe(pid)
    expect(db.stats().total).toBeLessThanOrEqual(3)
  } finally {
    process.kill(pid, 'SIGCONT')
  }
})

test('closing does not wait for a backend that is stopped', async () => {
  const db = createPg({ dsn: server.dsn, max: 3 })
  const pids = await Promise.all([
    db.value<number>('select pg_backend_pid()'),
    db.tx(tx => tx.value<number>('select pg_backend_pid()')),
  ])
  await db.listen('x', () => undefined)
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  try {
    const started = performance.now()
    await db.close({ timeoutMs: 100 })
    expect(performance.now() - started).toBeLessThan(10_000)
    expect(db.stats()).toMatchObject({ total: 0, leased: 0 })
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT')
  }
})

test('a backend that is killed (SIGKILL) takes all others with it, and the pool comes back', async () => {
  await using db = createPg({ dsn: server.dsn, max: 4 })
  for (let round = 0; round < 3; round++) {
    const pid = await db.value<number>('select pg_backend_pid()')
    const others = [
      rejection(db.tx(tx => tx.query('select pg_sleep(60)'))),
      rejection(db.query('select pg_sleep(60)', [], { isolated: true })),
    ]
    await until(() => db.stats().leased >= 3)
    process.kill(pid, 'SIGKILL')
    for (const error of await Promise.all(others)) expect(error).toMatchObject({ status: 503 })
    // While the server recovers it says so (57P03): every query gets that error, and none hangs.
    const answers = async () => {
      const error = await db.ping().catch(error => error)
      if (error) expect(error).toMatchObject({ status: 503 })
      return !error
    }
    await until(answers)
    expect(await db.tx(tx => tx.value('select 1'))).toBe(1)
    expect(db.stats()).toMatchObject({ waiting: 0, pipelined: 0 })
  }
})

test('a server that is stopped as a whole is waited for no longer than the limits say', async () => {
  await using db = createPg({
    dsn: server.dsn,
    max: 2,
    connectTimeoutMs: 2_000,
    acquireTimeoutMs: 3_000,
    statementTimeoutMs: 3_000,
  })
  await db.query('select 1')
  await using admin = await openAdmin(server.dsn)
  const { rows } = await admin.query(
    'select pid from pg_stat_activity where pid <> pg_backend_pid() and backend_type = $1',
    ['client backend'],
  )
  const pids = [server.pid, ...rows.map(row => row.pid as number)]
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  try {
    const started = performance.now()
    const errors = (await Promise.all(Array.from({ length: 10 }, () => rejection(db.query('select 1'))))) as {
      status: number
    }[]
    expect(new Set(errors.map(({ status }) => status))).toEqual(new Set([503]))
    expect(await rejection(db.tx(tx => tx.query('select 1')))).toMatchObject({ status: 503 })
    expect(performance.now() - started).toBeLessThan(15_000)
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT')
  }
  await until(() =>
    db.ping().then(
      () => true,
      () => false,
    ),
  )
})

test('a million rows are streamed in flat memory', async () => {
  await using db = createPg({ dsn: server.dsn, statementTimeoutMs: 0 })
  const heap = () => {
    globalThis.gc?.()
    return process.memoryUsage().heapUsed / 2 ** 20
  }
  const before = heap()
  let rows = 0
  let peak = 0
  const started = performance.now()
  for await (const _ of db.stream('select n, md5(n::text) as text from generate_series(1, 1000000) n', [], {
    batch: 1_000,
  })) {
    if (++rows % 100_000 === 0) peak = Math.max(peak, heap() - before)
  }
  expect(rows).toBe(1_000_000)
  expect(peak).toBeLessThan(100)
  console.log(
    `1,000,000 rows in ${Math.round(performance.now() - started)} ms, heap at most ${Math.round(peak)} MB above the start`,
  )
})
