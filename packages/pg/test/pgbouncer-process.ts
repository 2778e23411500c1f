import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './helpers.ts'

export const pgbouncer: string | undefined = findPgbouncer()

function findPgbouncer(): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', 'PATH=$PATH:/usr/sbin:/sbin; command -v pgbouncer'], {
      encoding: 'utf8',
    }).trim()
  } catch {
    return undefined
  }
}

export interface Pooler extends AsyncDisposable {
  port: number
  /** Leads new connections to the server of another URL, as an operator does after a failover. */
  leadTo(dsn: string): Promise<void>
}

/**
 * Runs PgBouncer in front of the server of `dsn`, for all its databases. Anybody may come in.
 *
 * @param more - further settings, or others than transaction mode and three connections
 */
export async function startPgbouncer(
  dsn: string,
  more: Readonly<Record<string, string | number>> = {},
): Promise<Pooler> {
  const dir = await mkdtemp(join(tmpdir(), 'arlen-pgbouncer-'))
  await chmod(dir, 0o755)
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  const configure = async (target: string) => {
    const url = new URL(target)
    const password = url.password && ` password=${url.password}`
    const database = `* = host=${url.hostname} port=${url.port} user=${url.username}${password}`
    await writeFile(join(dir, 'pgbouncer.ini'), `[databases]\n${database}\n${settings.join('\n')}\n`)
  }
  const settings = [
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    ...Object.entries({ pool_mode: 'transaction', default_pool_size: 3, server_login_retry: 1, ...more }).map(
      ([name, value]) => `${name} = ${value}`,
    ),
  ]
  await configure(dsn)
  const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}
  if (asNobody.uid) await chown(dir, asNobody.uid, asNobody.gid)
  const child = spawn(pgbouncer!, [join(dir, 'pgbouncer.ini')], { stdio: 'ignore', ...asNobody })
  await until(() => answers(port))
  return {
    port,
    leadTo: async target => {
      await configure(target)
      child.kill('SIGHUP')
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await rm(dir, { recursive: true, force: true })
    },
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
