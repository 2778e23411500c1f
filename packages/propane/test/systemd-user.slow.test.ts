import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { freePort, get, until } from './helpers.ts'
import { Traffic } from './traffic.ts'
import { hasUserManager, UserManager } from './user-manager.ts'

const needs = '(needs root, systemd and namespaces)'

function release(name: string): string {
  return `import http from 'node:http'
http.createServer((request, response) => {
  const ms = Number(new URL(request.url, 'http://x').searchParams.get('ms') ?? 0)
  setTimeout(() => response.end('${name}'), ms)
}).listen(process.env.PORT)`
}

test.skipIf(!hasUserManager)(
  `under a real systemd, reload waits for the outcome, and the commands work from a shell ${needs}`,
  async () => {
    const manager = new UserManager()
    const app = path.join(manager.folder, 'app.mjs')
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    writeFileSync(app, release('first'))
    await manager.install(app, port)
    expect(await manager.systemctl('start', manager.unit)).toEqual({ code: 0, output: '' })
    // `start` waits until propane says that it is ready.
    expect((await get(url)).body).toBe('first')
    expect(await manager.show(manager.unit, 'StatusText')).toBe('2 workers serve')

    writeFileSync(app, release('second'))
    expect(await manager.systemctl('reload', manager.unit)).toEqual({ code: 0, output: '' })
    expect((await get(url)).body).toBe('second')
    expect(await manager.show(manager.unit, 'StatusText')).toBe('2 workers serve, generation 2')

    writeFileSync(app, 'throw new Error("no database")')
    expect((await manager.systemctl('reload', manager.unit)).code).not.toBe(0)
    expect([await manager.show(manager.unit, 'ActiveState'), (await get(url)).body]).toEqual(['active', 'second'])
    expect(manager.log).toContain('The reload failed; the old workers keep serving: no database')

    writeFileSync(app, release('third'))
    expect((await manager.run(manager.propane, 'reload')).output).toContain('reloaded: generation 4')
    expect((await manager.run(manager.propane, 'status')).output).toContain('2 of 2 workers serve')
    const before = await manager.show(manager.unit, 'MainPID')
    expect((await manager.run(manager.propane, 'upgrade')).output, manager.log).toMatch(/process \d+ has taken over/)
    await until(
      () => manager.show(manager.unit, 'MainPID'),
      pid => pid !== before,
    )
    expect([await manager.show(manager.unit, 'ActiveState'), (await get(url)).body]).toEqual(['active', 'third'])
    await until(
      () => Promise.resolve(manager.log),
      log => /has taken over\n(?:.*\n)*.*stopped\n/.test(log),
    )

    const inFlight = get(`${url}/?ms=1000`)
    await get(url)
    expect(await manager.systemctl('stop', manager.unit)).toEqual({ code: 0, output: '' })
    expect((await inFlight).body).toBe('third')
    expect([await manager.show(manager.unit, 'ActiveState'), await manager.show(manager.unit, 'Result')]).toEqual([
      'inactive',
      'success',
    ])
    expect(manager.log).toMatch(/stopping: requests in flight may take 20s\n.*stopped\n$/)
  },
)

test.skipIf(!hasUserManager)(
  `with socket activation, a stop starts nothing, the queue keeps its length, and a restart loses no connection ${needs}`,
  async () => {
    const manager = new UserManager()
    const app = path.join(manager.folder, 'app.mjs')
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    writeFileSync(app, release('activated'))
    await manager.install(app, port, 37)
    expect(await manager.systemctl('start', `${manager.unit}.socket`)).toEqual({ code: 0, output: '' })
    expect(await manager.show(manager.unit, 'ActiveState')).toBe('inactive')
    // The first connection starts the service, and waits for it.
    expect((await get(url)).body).toBe('activated')
    expect(queueLength(port)).toBe(37)

    expect((await manager.systemctl('stop', manager.unit)).code).toBe(0)
    const started = await manager.show(manager.unit, 'ExecMainStartTimestampMonotonic')
    // systemd would start it at once if a connection were left in the queue.
    expect((await manager.systemctl('daemon-reload')).code).toBe(0)
    expect([await manager.show(manager.unit, 'ActiveState'), await manager.show(manager.unit, 'SubState')]).toEqual([
      'inactive',
      'dead',
    ])
    expect([await manager.show(`${manager.unit}.socket`, 'SubState'), queueLength(port)]).toEqual(['listening', 37])

    expect((await get(url)).body).toBe('activated')
    expect(await manager.show(manager.unit, 'ExecMainStartTimestampMonotonic')).not.toBe(started)
    const traffic = new Traffic({ url, clients: 8, handlerMs: [5] })
    await traffic.answered(50)
    expect(await manager.systemctl('restart', manager.unit)).toEqual({ code: 0, output: '' })
    await traffic.answered(50)
    const { lost } = await traffic.stop()
    expect(lost).toEqual([])
  },
)

/** How many connections the kernel queues for a listening port. */
function queueLength(port: number): number {
  const { stdout } = spawnSync('ss', ['-Hltn', `sport = :${port}`], { encoding: 'utf8' })
  return Number(stdout.trim().split(/\s+/)[2])
}
