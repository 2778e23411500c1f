import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type Binaries, findBinaries } from '../src/embedded/binaries.ts'
import { chooseUser, type ServerUser } from '../src/embedded/server-user.ts'
import { until } from './helpers.ts'

/** One PostgreSQL server of a pair. */
export interface Server {
  port: number
  dsn: string
  /** Runs SQL on a connection of its own and gives the first column of the first row. */
  value(text: string): Promise<unknown>
  kill(signal: NodeJS.Signals): Promise<void>
  /** Stops the process from running, as a machine does that hangs. */
  freeze(): void
}

export interface Pair extends AsyncDisposable {
  primary: Server
  standby: Server
}

/** A primary with a streaming standby, made by a base backup. */
export async function startPair(): Promise<Pair> {
  const user = await chooseUser()
  const binaries = await findBinaries(user)
  const dir = await mkdtemp(join(tmpdir(), 'arlen-pair-'))
  await chmod(dir, 0o755)
  const servers: Running[] = []
  const stop = async () => {
    for (const server of servers) await server.kill('SIGKILL')
    await rm(dir, { recursive: true, force: true })
  }
  try {
    const data = join(dir, 'primary')
    await makeFolder(data, user)
    await initdb(binaries, data, user)
    const primary = await start(binaries, data, user)
    servers.push(primary)
    const copy = await baseBackup(data, join(dir, 'standby'), primary, user)
    const standby = await start(binaries, copy, user)
    servers.push(standby)
    await until(async () => (await primary.value('select count(*)::int from pg_stat_replication')) === 1)
    return { primary, standby, [Symbol.asyncDispose]: stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface Running extends Server {
  data: string
}

async function makeFolder(path: string, user: ServerUser | undefined): Promise<void> {
  await mkdir(path, { mode: 0o700 })
  if (user) await chown(path, user.uid, user.gid)
}

async function initdb(binaries: Binaries, data: string, user: ServerUser | undefined): Promise<void> {
  const args = ['-D', data, '-U', 'postgres', '--auth=trust', '--no-sync', '--encoding=UTF8', '--locale=C']
  const child = spawn(binaries.initdb, args, { stdio: 'ignore', cwd: data, ...identity(user) })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`initdb ended with ${code}`)
}

/** By the low-level protocol: pg_basebackup is not among the binaries from npm. */
async function baseBackup(from: string, to: string, primary: Server, user: ServerUser | undefined): Promise<string> {
  const client = new pg.Client(primary.dsn)
  await client.connect()
  await client.query("select pg_backup_start('standby', true)")
  await cp(from, to, { recursive: true, filter: source => !/postmaster\.(?:pid|opts)$/.test(source) })
  const { rows } = await client.query('select labelfile from pg_backup_stop(false)')
  await client.end()
  await writeFile(join(to, 'backup_label'), rows[0].labelfile)
  await writeFile(join(to, 'standby.signal'), '')
  await writeFile(
    join(to, 'postgresql.auto.conf'),
    `primary_conninfo = 'host=127.0.0.1 port=${primary.port} user=postgres'\n`,
  )
  await chmod(to, 0o700)
  if (user) await own(to, user)
  return to
}

async function own(path: string, user: ServerUser): Promise<void> {
  await chown(path, user.uid, user.gid)
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true })) {
    await chown(join(entry.parentPath, entry.name), user.uid, user.gid)
  }
}

async function start(binaries: Binaries, data: string, user: ServerUser | undefined): Promise<Running> {
  const port = await freePort()
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    fsync: 'off',
    shared_buffers: '16MB',
    wal_keep_size: '64MB',
    wal_retrieve_retry_interval: '100ms',
    max_connections: 60,
    autovacuum: 'off',
  }
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(binaries.postgres, ['-D', data, ...args], { stdio: 'ignore', cwd: data, ...identity(user) })
  const ended = once(child, 'close')
  const dsn = `postgres://postgres@127.0.0.1:${port}/postgres`
  const value = async (text: string) => {
    const client = new pg.Client({ connectionString: dsn, connectionTimeoutMillis: 20_000 })
    try {
      await client.connect()
      const { rows } = await client.query({ text, rowMode: 'array' })
      return rows[0]?.[0]
    } finally {
      await client.end().catch(() => undefined)
    }
  }
  await until(() => value('select true').then(Boolean, () => false))
  return {
    port,
    dsn,
    data,
    value,
    freeze: () => void child.kill('SIGSTOP'),
    kill: async signal => {
      child.kill('SIGCONT')
      child.kill(signal)
      await ended
    },
  }
}

function identity(user: ServerUser | undefined): { uid?: number; gid?: number } {
  return user ? { uid: user.uid, gid: user.gid } : {}
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  return port
}
