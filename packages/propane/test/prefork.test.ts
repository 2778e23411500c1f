import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createPropane } from '../src/index.ts'
import { alive, fixture, get, launch, SOURCE, start, temporaryFolder } from './helpers.ts'

test('serves an application from as many workers as asked for, and stops with 0 and no process left', async () => {
  const handle = await start({ app: fixture('listener.ts'), workers: 2 })
  const pids = handle.status().workers.map(worker => worker.pid)
  expect(new Set(pids).size).toBe(2)
  const answer = await get(handle.url)
  expect(answer.status).toBe(200)
  expect(pids).toContain(Number(answer.body.split(' ')[0]))
  expect(await handle.stop()).toEqual({ code: 0 })
  expect(pids.filter(alive)).toEqual([])
  await expect(get(handle.url)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('replaces a killed worker and keeps answering', async () => {
  const handle = await start({ app: fixture('listener.ts'), workers: 2 })
  const [victim] = handle.status().workers
  const replaced = handle.once('ready', event => event.slot === victim!.slot)
  process.kill(victim!.pid, 'SIGKILL')
  expect((await get(handle.url)).status).toBe(200)
  expect((await replaced).pid).not.toBe(victim!.pid)
})

test('reloads: afterwards only workers of the new generation are left', async () => {
  const handle = await start({ app: fixture('listener.ts'), workers: 2 })
  const before = handle.status().workers.map(worker => worker.pid)
  const { generation } = await handle.reload()
  const after = handle.status().workers
  expect(generation).toBe(2)
  expect(after.map(worker => [worker.generation, worker.status])).toEqual([
    [2, 'serving'],
    [2, 'serving'],
  ])
  expect(after.filter(worker => before.includes(worker.pid))).toEqual([])
  expect(before.filter(alive)).toEqual([])
})

test('refuses an address in use, and names its owner', async () => {
  const handle = await start({ app: fixture('listener.ts'), workers: 1 })
  const second = createPropane({
    app: fixture('listener.ts'),
    port: handle.port,
    execArgv: SOURCE,
    logFile: '/dev/null',
  })
  await expect(second).rejects.toMatchObject({
    code: 'port_in_use',
    message: expect.stringMatching(new RegExp(`^127.0.0.1:${handle.port} is already in use by process \\d+`)),
  })
})

test('if two start for the same address at once, one serves and the other names it', async () => {
  const mayBoot = path.join(temporaryFolder(), 'may-boot')
  const env = { ...process.env, MAY_BOOT: mayBoot }
  const first = await launch({ app: fixture('slow-to-boot.ts'), workers: 1, env })
  // The first has bound, but does not listen yet.
  const second = await launch({ app: fixture('listener.ts'), workers: 1, port: first.port })
  await second.ready
  writeFileSync(mayBoot, '')
  expect(await first.done).toEqual({ code: 1, reason: expect.stringMatching(/is already in use by process \d+ \(/) })
  expect((await get(second.url)).status).toBe(200)
})

test.skipIf(process.getuid?.() !== 0)('runs workers as another group, with no other groups (needs root)', async () => {
  const handle = await start({
    app: fixture('whoami.cjs'),
    workers: 1,
    user: 'root',
    group: 'daemon',
    execArgv: SOURCE,
  })
  const [, gid] = /^daemon:[^:]*:(\d+)/m.exec(readFileSync('/etc/group', 'utf8')) ?? []
  expect((await get(handle.url)).body).toBe(`0 ${gid} [${gid}]`)
})

test('ends with 1 and the reason when the application cannot start', async () => {
  const handle = await launch({ app: fixture('throws-at-boot.ts'), workers: 2 })
  await expect(handle.ready).rejects.toMatchObject({ code: 'app_failed' })
  expect(await handle.done).toEqual({
    code: 1,
    reason: expect.stringMatching(/^no database \(.*throws-at-boot\.ts:2:\d+\)$/),
  })
})
