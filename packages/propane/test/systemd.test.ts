import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { Bin } from './bin.ts'
import { fixture, freePort, get, temporaryFolder } from './helpers.ts'

const UNIT = path.join(import.meta.dirname, '..', '..', '..', 'docs', 'deploy', 'propane.service')
const SOCKET_UNIT = path.join(path.dirname(UNIT), 'propane.socket')

function has(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0
}

/** A `systemd-notify` that writes down what it is told. */
function notifier(): { env: NodeJS.ProcessEnv; told: () => string[] } {
  const folder = temporaryFolder()
  const file = path.join(folder, 'told')
  writeFileSync(file, '')
  writeFileSync(path.join(folder, 'systemd-notify'), `#!/bin/sh\nfor line in "$@"; do echo "$line" >> ${file}; done\n`)
  chmodSync(path.join(folder, 'systemd-notify'), 0o755)
  const env = { PATH: `${folder}:${process.env.PATH}`, NOTIFY_SOCKET: '/nowhere/notify' }
  return { env, told: () => readFileSync(file, 'utf8').split('\n').filter(Boolean) }
}

test('tells systemd when it is ready, reloads and stops, and pings the watchdog from the moment it is ready', async () => {
  const { env, told } = notifier()
  const bin = new Bin([fixture('mixed.ts'), '--workers', '1', '--port', '0'], {
    env: { ...env, WATCHDOG_USEC: '600000' },
  })
  const url = await bin.serving()
  await expect.poll(() => told().slice(0, 3)).toEqual(['READY=1', 'STATUS=1 workers serve', 'WATCHDOG=1'])
  await expect.poll(() => told().filter(line => line === 'WATCHDOG=1').length).toBeGreaterThan(3)
  bin.child.kill('SIGHUP')
  await bin.line('reloaded in')
  const inFlight = get(`${url}/?ms=600`)
  await get(url)
  bin.child.kill('SIGTERM')
  expect((await inFlight).status).toBe(200)
  expect(await bin.exit).toBe(0)
  const story = told().filter(line => line !== 'WATCHDOG=1')
  expect(story).toEqual([
    ...['READY=1', 'STATUS=1 workers serve'],
    ...['RELOADING=1', expect.stringMatching(/^MONOTONIC_USEC=\d+$/), 'STATUS=Reloading'],
    ...['READY=1', 'STATUS=1 workers serve, generation 2'],
    ...['STOPPING=1', 'STATUS=Stopping'],
  ])
})

test('a new primary tells systemd that it is the main process now', async () => {
  const { env, told } = notifier()
  const runtime = temporaryFolder()
  const args = [fixture('listener.ts'), '--workers', '1', '--port', '0']
  const bin = new Bin(args, { env: { ...env, XDG_RUNTIME_DIR: runtime } })
  await bin.serving()
  bin.child.kill('SIGUSR2')
  const { successor } = await bin.line('has taken over')
  await expect.poll(told).toContain(`MAINPID=${successor as number}`)
  process.kill(successor as number, 'SIGTERM')
  await bin.exit
})

test('workers hear nothing of what systemd says to the primary', async () => {
  const app = path.join(temporaryFolder(), 'app.mjs')
  writeFileSync(app, 'export default (req, res) => res.end(Object.keys(process.env).join(" "))')
  const { env } = notifier()
  const bin = new Bin([app, '--workers', '1', '--port', '0'], { env: { ...env, WATCHDOG_USEC: '9000000' } })
  const { body } = await get(await bin.serving())
  expect(body).not.toMatch(/NOTIFY_SOCKET|WATCHDOG|LISTEN_|PROPANE_WORKER_OPTIONS/)
})

test.skipIf(!has('systemd-socket-activate'))(
  'takes the sockets that systemd has opened (needs systemd-socket-activate)',
  async () => {
    const [port, other] = [await freePort(), await freePort()]
    const wrapper = [
      'systemd-socket-activate',
      '-l',
      `127.0.0.1:${port}`,
      '-l',
      `127.0.0.1:${other}`,
      '-E',
      'PATH',
      '-E',
      'ARLEN_PROPANE_PRE_STOP_DELAY',
    ]
    const bin = new Bin([fixture('mixed.ts'), '--workers', '2', '--port', '1'], { wrapper })
    // The first connection is what starts it, and is answered.
    const first = await retry(() => get(`http://127.0.0.1:${port}/`))
    expect(first.status).toBe(200)
    expect(await bin.serving()).toBe(`http://127.0.0.1:${port}`)
    bin.child.kill('SIGHUP')
    await bin.line('reloaded in')
    expect((await get(`http://127.0.0.1:${port}/`)).status).toBe(200)
    bin.child.kill('SIGTERM')
    expect(await bin.exit).toBe(0)
  },
)

test.skipIf(!has('systemd-analyze'))(
  'the unit files are sound under the names that the guide gives them (needs systemd-analyze)',
  () => {
    const folder = temporaryFolder()
    // The user and program of the example exist on no test machine.
    const unit = readFileSync(UNIT, 'utf8')
      .replace(/^User=.*$/m, 'User=root')
      .replace(/^Exec(Start|Reload)=\S+/gm, 'Exec$1=/bin/true')
    const guide = readFileSync(path.join(path.dirname(UNIT), 'systemd.md'), 'utf8')
    const [service, socket] = ['shop.service', 'shop.socket']
    for (const name of [service, socket]) expect(guide).toContain(`/etc/systemd/system/${name}`)
    writeFileSync(path.join(folder, service), unit)
    writeFileSync(path.join(folder, socket), readFileSync(SOCKET_UNIT))
    const files = [service, socket].map(name => path.join(folder, name))
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...files], {
      encoding: 'utf8',
    })
    expect([status, stdout, stderr]).toEqual([0, '', ''])
  },
)

/** Until systemd-socket-activate listens. */
async function retry<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
}
