import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { startTime } from '../src/system/pid-file.ts'
import { Bin } from './bin.ts'
import { fixture, get, launch, start, temporaryFolder } from './helpers.ts'

const ROUNDS = 2

test(`kill -9 and start, ${ROUNDS} times over: files that the crash left are taken over`, async () => {
  const folder = temporaryFolder()
  const pidFile = path.join(folder, 'pid')
  const socketPath = path.join(folder, 'app.sock')
  const controlSocket = path.join(folder, 'control.sock')
  const files = ['--pid-file', pidFile, '--socket-path', socketPath, '--control-socket', controlSocket]
  for (let round = 0; round < ROUNDS; round++) {
    const bin = new Bin([fixture('listener.ts'), '--workers', '1', ...files])
    await bin.line('serving on')
    expect((await get('http://localhost/', { socketPath })).status).toBe(200)
    expect(readFileSync(pidFile, 'utf8').split('\n')[0]).toBe(String(bin.child.pid))
    bin.child.kill('SIGKILL')
    await bin.exit
    expect([pidFile, socketPath, controlSocket].map(existsSync)).toEqual([true, true, true])
  }
})

test('a pid file of a living primary is respected, and removed by its owner only', async () => {
  const pidFile = path.join(temporaryFolder(), 'pid')
  const bin = new Bin([fixture('listener.ts'), '--workers', '1', '--port', '0', '--pid-file', pidFile])
  await bin.serving()
  await expect(launch({ app: fixture('listener.ts'), pidFile })).rejects.toMatchObject({
    code: 'propane_running',
    message: `propane is already running: process ${bin.child.pid} holds ${pidFile}.`,
  })
  expect(existsSync(pidFile)).toBe(true)
  bin.child.kill('SIGTERM')
  expect(await bin.exit).toBe(0)
  expect(existsSync(pidFile)).toBe(false)
})

test('a pid file whose number now belongs to another process is taken over', async () => {
  const pidFile = path.join(temporaryFolder(), 'pid')
  // This test's own parent: alive, but started at another time than the file says.
  writeFileSync(pidFile, `${process.ppid}\n${Number(startTime(process.ppid)) - 1}\n`)
  const handle = await start({ app: fixture('listener.ts'), workers: 1, pidFile })
  expect(readFileSync(pidFile, 'utf8').split('\n')[0]).toBe(String(process.pid))
  await handle.stop()
})

test('a live unix socket is not taken away, and a file that is not a socket is not removed', async () => {
  const folder = temporaryFolder()
  const socketPath = path.join(folder, 'app.sock')
  const handle = await start({ app: fixture('listener.ts'), workers: 1, socketPath })
  expect(handle.address).toBe(socketPath)
  await expect(launch({ app: fixture('listener.ts'), socketPath })).rejects.toMatchObject({ code: 'port_in_use' })
  expect((await get('http://localhost/', { socketPath })).status).toBe(200)
  await handle.stop()
  expect(existsSync(socketPath)).toBe(false)
  const file = path.join(folder, 'precious')
  writeFileSync(file, 'data')
  await expect(launch({ app: fixture('listener.ts'), socketPath: file })).rejects.toMatchObject({ code: 'port_in_use' })
  expect(readFileSync(file, 'utf8')).toBe('data')
})

test('the control socket can be opened by its owner alone', async () => {
  const controlSocket = path.join(temporaryFolder(), 'control.sock')
  const handle = await start({ app: fixture('listener.ts'), workers: 1, controlSocket })
  expect(statSync(controlSocket).mode & 0o777).toBe(0o700)
  await handle.stop()
  expect(existsSync(controlSocket)).toBe(false)
})
