// With a program that stands for PostgreSQL, under the real watchdog: the real one is tried in embedded.test.ts.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type DataFolder, openDataFolder } from '../src/embedded/data-folder.ts'
import { readPostmaster, type ServerLease, takeLease } from '../src/embedded/lease.ts'
import {
  readSettings,
  type ServerOptions,
  start,
  stopPostmaster,
  untilReady,
  untilStopped,
} from '../src/embedded/server.ts'
import { isAlive } from '../src/embedded/start-lock.ts'

let dir: string
let folder: DataFolder
let leases: ServerLease[]
let children: ChildProcess[]

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'arlen-start-'))
  folder = await openDataFolder(join(dir, 'home'), undefined)
  mkdirSync(folder.data)
  setPort(0)
  leases = []
  children = []
})
afterEach(async () => {
  const found = await readPostmaster(folder)
  for (const lease of leases) await lease.close().catch(() => undefined)
  for (const child of children) child.kill('SIGKILL')
  if (found?.ready && found.pid !== process.pid) await ended(found.pid)
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 })
})

const setPort = (port: number) => writeFileSync(folder.settings, JSON.stringify({ password: 'p', port }))
const pidFile = () => join(folder.data, 'postmaster.pid')
const state = (pid: number, status = 'ready   ') => `${pid}\n${folder.data}\n0\n5433\n\n\n\n${status}\n`

async function ended(pid: number): Promise<void> {
  while (isAlive(pid)) await new Promise(resolve => setTimeout(resolve, 5))
}

/**
 * Notes how it was called, is ready, and ends as PostgreSQL does: a fast shutdown on SIGINT. No shell: a shell keeps ignoring the
 * signals that its parent ignores.
 */
const SERVES = `exec '${process.execPath.replaceAll("'", `'\\''`)}' -e '
const fs = require("node:fs"), { HOME } = process.env, [, data, , port] = process.argv.slice(1)
fs.writeFileSync(HOME + "/arguments", process.argv.slice(1).join("\\n"))
fs.writeFileSync(HOME + "/seen", JSON.stringify({ cwd: process.cwd(), env: process.env }))
const end = how => () => {
  fs.appendFileSync(HOME + "/ended", how)
  fs.rmSync(data + "/postmaster.pid")
  process.exit(0)
}
process.on("SIGINT", end("fast")).on("SIGQUIT", end("immediate"))
fs.writeFileSync(data + "/new", [process.pid, data, 0, port, "", "", "", "ready   ", ""].join("\\n"))
fs.renameSync(data + "/new", data + "/postmaster.pid")
setInterval(() => undefined, 1000)' -- "$@"`

async function run(script = SERVES, options: Partial<ServerOptions> = {}): Promise<ServerLease> {
  const postgres = join(dir, 'postgres')
  writeFileSync(postgres, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  const binaries = { initdb: '', postgres, version: '18.4.0' }
  const lease = await start(folder, binaries, undefined, { durable: true, lingerMs: 0, settings: {}, ...options })
  leases.push(lease)
  return lease
}

const noted = (name: string) => readFileSync(join(folder.home, name), 'utf8').trim().split('\n')

test('the server listens to this machine alone, with what was set, and its port is kept', async () => {
  await run(SERVES, { settings: { max_connections: 7 } })
  const { pid, port, ready } = (await readPostmaster(folder))!
  expect([isAlive(pid), ready]).toEqual([true, true])
  expect(noted('arguments')).toEqual([
    ...['-D', folder.data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
    ...['-c', 'max_connections=7'],
  ])
  expect(await readSettings(folder)).toEqual({ password: 'p', port })
  const { cwd, env } = JSON.parse(readFileSync(join(folder.home, 'seen'), 'utf8'))
  expect(cwd).toBe(folder.home)
  expect(env).toMatchObject({ PATH: process.env.PATH, LC_ALL: 'C', HOME: folder.home, USER: process.env.USER ?? '' })
})

test('what need not last is not synced, and settings have the last word', async () => {
  await run(SERVES, { durable: false, settings: { listen_addresses: '::1' } })
  const flags = noted('arguments').filter((_, i, all) => all[i - 1] === '-c')
  expect(flags).toEqual(['listen_addresses=::1', 'unix_socket_directories=', 'fsync=off', 'full_page_writes=off'])
})

test('its last port is used again while it is free', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as { port: number }
  setPort(port)
  const lease = await run()
  const other = (await readPostmaster(folder))!
  expect(other.port).not.toBe(port)
  expect(await readSettings(folder)).toEqual({ password: 'p', port: other.port })
  await lease.close()
  await ended(other.pid)
  taken.close()
  await once(taken, 'close')
  await run()
  expect((await readPostmaster(folder))!.port).toBe(other.port)
})

test('it stops with its last user', async () => {
  const first = await run()
  const { pid } = (await readPostmaster(folder))!
  const second = (await takeLease(folder))!
  await first.close()
  await untilStopped(folder, pid)
  expect(isAlive(pid), 'another uses it').toBe(true)
  await second.close()
  await untilStopped(folder, pid)
  await expect.poll(() => [isAlive(pid), noted('ended')]).toEqual([false, ['fast']])
})

describe('a start that fails', () => {
  test.each([
    ['its error', 'echo "noise"; echo "2026 FATAL:  no room"; echo "after"; exit 1', 'no room'],
    ['its error and hint', 'echo "PANIC:  lost"; echo "2026 HINT:  Look."; exit 1', 'lost. Look.'],
    ['a hint of the error alone', 'echo "FATAL:  lost"; echo "x"; echo "HINT:  Look."; exit 1', 'lost'],
    [
      'the last ten lines',
      'for n in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $n; done; exit 1',
      '3\n4\n5\n6\n7\n8\n9\n10\n11\n12',
    ],
    ['that it says nothing', 'exit 1', 'it wrote no log'],
  ])('tells %s', async (_, script, reason) => {
    await expect(run(script)).rejects.toMatchObject({
      code: 'embedded_failed',
      message: `The embedded PostgreSQL in ${folder.home} failed to start: ${reason}`,
    })
    expect(existsSync(folder.leases)).toBe(false)
  })

  test('for a port that another program has taken meanwhile is tried again, five times in all', async () => {
    const script = `echo "$4" >> "$HOME/ports"; echo "could not bind IPv4 address"; exit 1`
    await expect(run(script)).rejects.toMatchObject({ code: 'embedded_failed' })
    expect(noted('ports')).toHaveLength(5)
    rmSync(join(folder.home, 'ports'))
    await run(`echo "$4" >> "$HOME/ports"
      if [ "$(wc -l < "$HOME/ports")" -lt 2 ]; then echo "could not create any TCP/IP sockets"; exit 1; fi\n${SERVES}`)
    expect(noted('ports')[1]).toBe(String((await readPostmaster(folder))!.port))
  })

  test('for another reason is not', async () => {
    await expect(run(`echo x >> "$HOME/tries"; exit 1`)).rejects.toMatchObject({ code: 'embedded_failed' })
    expect(noted('tries')).toHaveLength(1)
  })
})

describe('what an earlier server has left', () => {
  /** A process that has the data folder in its command line, as a postmaster has. */
  function orphan(script: string): ChildProcess {
    const child = spawn('/bin/sh', ['-c', script, 'postgres', '-D', folder.data], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    children.push(child)
    return child
  }

  test('a server without its watchdog is stopped before another starts', async () => {
    const old = orphan(`trap 'rm -f "$2/postmaster.pid"; exit 3' INT; echo up; while :; do sleep 0.02; done`)
    await once(old.stdout!, 'data')
    writeFileSync(pidFile(), state(old.pid!))
    const gone = once(old, 'exit')
    await run()
    expect(await gone).toEqual([3, null])
    expect((await readPostmaster(folder))!.pid).not.toBe(old.pid)
  })

  test('a process of another program is left alone, and the file is removed', async () => {
    const other = spawn('/bin/sh', ['-c', 'while :; do sleep 0.02; done'], { stdio: 'ignore' })
    children.push(other)
    writeFileSync(pidFile(), state(other.pid!))
    await expect(run('test -e "$2/postmaster.pid" && echo "FATAL:  there"; exit 1')).rejects.toThrow('it wrote no log')
    expect(isAlive(other.pid!)).toBe(true)
  })

  test('so is the file of a process that has ended', async () => {
    const old = spawn('/bin/sh', ['-c', 'exit'], { stdio: 'ignore' })
    await once(old, 'exit')
    writeFileSync(pidFile(), state(old.pid!))
    await run()
    expect((await readPostmaster(folder))!.pid).not.toBe(old.pid)
  })

  test('a server that has let go of the folder counts as stopped', async () => {
    const old = orphan(`trap 'rm -f "$2/postmaster.pid"' INT; echo up; while :; do sleep 0.02; done`)
    await once(old.stdout!, 'data')
    writeFileSync(pidFile(), state(old.pid!))
    await stopPostmaster(folder, old.pid!)
    expect([existsSync(pidFile()), isAlive(old.pid!)]).toEqual([false, true])
  })

  test('a server that has ended needs no stop', async () => {
    const old = orphan('exit')
    await once(old, 'exit')
    writeFileSync(pidFile(), state(old.pid!))
    expect(await stopPostmaster(folder, old.pid!)).toBeUndefined()
  })
})

test('a server is ready once it says so; one that goes before that is not', async () => {
  writeFileSync(folder.leases, '')
  writeFileSync(pidFile(), state(process.pid, 'starting'))
  let known: boolean | undefined
  const waiting = untilReady(folder).then(ready => {
    known = ready
  })
  await Promise.race([waiting, new Promise(resolve => setTimeout(resolve, 30))])
  expect(known).toBeUndefined()
  writeFileSync(pidFile(), state(process.pid))
  await waiting
  expect(known).toBe(true)
  writeFileSync(pidFile(), state(process.pid, 'stopping'))
  rmSync(folder.leases)
  expect(await untilReady(folder)).toBe(false)
})

test('the state of a server is what its file says', async () => {
  expect(await readPostmaster(folder)).toBeUndefined()
  writeFileSync(pidFile(), '')
  expect(await readPostmaster(folder)).toBeUndefined()
  writeFileSync(pidFile(), state(12))
  expect(await readPostmaster(folder)).toEqual({ pid: 12, port: 5433, ready: true })
  writeFileSync(pidFile(), state(12, 'standby '))
  expect(await readPostmaster(folder)).toEqual({ pid: 12, port: 5433, ready: false })
  writeFileSync(pidFile(), '12\n')
  expect(await readPostmaster(folder)).toMatchObject({ pid: 12, ready: false })
})

test('there is no lease of a server that does not run, and a folder that cannot be read is an error', async () => {
  expect(await takeLease(folder)).toBeUndefined()
  await expect(takeLease({ ...folder, leases: join(folder.settings, 'leases') })).rejects.toMatchObject({
    code: 'ENOTDIR',
  })
})
