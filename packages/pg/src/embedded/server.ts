import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { pgError } from '../errors.ts'
import type { Binaries } from './binaries.ts'
import { type DataFolder, dataVersion } from './data-folder.ts'
import { readPostmaster, type ServerLease, takeLease } from './lease.ts'
import type { ServerUser } from './server-user.ts'
import { isAlive } from './start-lock.ts'
import { WATCHDOG } from './watchdog.ts'

export interface ServerOptions {
  durable: boolean
  lingerMs: number
  settings: Readonly<Record<string, string | number>>
}

export interface ServerSettings {
  password: string
  port: number
}

const STEP_MS = 10
const LIMIT_MS = 60_000

/**
 * Creates PGDATA once. It is created next to its final place and then renamed, so that a killed initdb leaves nothing that
 * looks complete.
 */
export async function initialize(
  folder: DataFolder,
  binaries: Binaries,
  user: ServerUser | undefined,
  durable: boolean,
): Promise<void> {
  const major = binaries.version.split('.')[0] ?? ''
  const found = await dataVersion(folder)
  if (found !== undefined && found !== major) {
    throw pgError('embedded_version', { dir: folder.home, found, installed: major })
  }
  if (found !== undefined) return
  const settings: ServerSettings = { password: randomBytes(16).toString('hex'), port: 0 }
  const making = `${folder.data}.making`
  const passwordFile = join(folder.home, 'password')
  await rm(making, { recursive: true, force: true })
  await writeFile(passwordFile, settings.password, { mode: 0o644 }) // in a folder with mode 0700
  try {
    const flags = [`--pgdata=${making}`, `--pwfile=${passwordFile}`, ...(durable ? [] : ['--no-sync'])]
    await runInitdb(folder, binaries.initdb, flags, user)
  } finally {
    await rm(passwordFile, { force: true })
  }
  await writeSettings(folder, settings)
  await rm(folder.data, { recursive: true, force: true }) // has no PG_VERSION: the remains of an interrupted initdb
  await rename(making, folder.data)
}

async function runInitdb(
  folder: DataFolder,
  initdb: string,
  flags: readonly string[],
  user: ServerUser | undefined,
): Promise<void> {
  // The builtin C.UTF-8 locale: the same sort order and case rules on every machine, and the fastest.
  const args = [...flags, '--username=postgres', '--auth=scram-sha-256']
  args.push('--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8')
  args.push('--no-instructions', '--set=timezone=UTC', '--set=log_timezone=UTC')
  const child = spawn(initdb, args, { ...spawnAs(folder, user), stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  child.stderr.on('data', chunk => {
    output += chunk
  })
  const [code] = (await once(child, 'close').catch(cause => {
    throw failed(
      folder,
      'initialize',
      `${cause.message}. The binaries are for glibc: Alpine Linux has no use for them.`,
    )
  })) as [number | null]
  if (code !== 0) throw failed(folder, 'initialize', output.trim() || `initdb exited with ${code}`)
}

/** Starts the server under a watchdog and returns a lease once it accepts connections. */
export async function start(
  folder: DataFolder,
  binaries: Binaries,
  user: ServerUser | undefined,
  options: ServerOptions,
): Promise<ServerLease> {
  await stopOrphan(folder)
  const settings = await readSettings(folder)
  for (let attempt = 1; ; attempt++) {
    const port = attempt === 1 && (await isFree(settings.port)) ? settings.port : await freePort()
    const lease = await launch(folder, binaries.postgres, user, port, options)
    if (lease) {
      if (port !== settings.port) await writeSettings(folder, { ...settings, port })
      return lease
    }
    const reason = await logTail(folder)
    // another program may have taken the port since we looked
    if (attempt >= 5 || !/could not bind|could not create any TCP/.test(reason)) throw failed(folder, 'start', reason)
  }
}

async function launch(
  folder: DataFolder,
  postgres: string,
  user: ServerUser | undefined,
  port: number,
  { durable, lingerMs, settings }: ServerOptions,
): Promise<ServerLease | undefined> {
  const log = await open(folder.log, 'w')
  const values: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    ...(!durable && { fsync: 'off', full_page_writes: 'off' }),
    ...settings,
  }
  const flags = Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const command = [postgres, '-D', folder.data, '-p', String(port), ...flags]
  const watchdog = spawn(
    '/bin/sh',
    ['-c', WATCHDOG, 'arlen-pg', folder.leases, String(Math.ceil(lingerMs / 100)), ...command],
    {
      ...spawnAs(folder, user),
      detached: true, // its own session: Ctrl-C in a terminal is for the application, which then closes its lease
      stdio: ['ignore', log.fd, log.fd],
    },
  )
  await log.close()
  watchdog.unref()
  let lease: ServerLease | undefined
  for (let waited = 0; waited < LIMIT_MS; waited += STEP_MS) {
    if (watchdog.exitCode !== null || watchdog.signalCode !== null) break
    lease ??= await takeLease(folder)
    if (lease && (await isReady(folder))) return lease
    await sleep(STEP_MS)
  }
  await lease?.close()
  return undefined
}

/** Waits until the server of `lease` accepts connections; false if it stopped instead. */
export async function untilReady(folder: DataFolder): Promise<boolean> {
  for (let waited = 0; waited < LIMIT_MS; waited += STEP_MS) {
    if (await isReady(folder)) return true
    if (!(await exists(folder.leases))) return false
    await sleep(STEP_MS)
  }
  return false
}

async function isReady(folder: DataFolder): Promise<boolean> {
  return (await readPostmaster(folder))?.ready ?? false
}

/**
 * Prepares for a start: waits for a stopping server, stops one whose watchdog was killed, and removes the `postmaster.pid`
 * of a crash if its process id now belongs to another program.
 */
async function stopOrphan(folder: DataFolder): Promise<void> {
  const found = await readPostmaster(folder)
  if (!found) return
  if (await isRunning(folder)) await stopPostmaster(folder, found.pid)
  else await rm(join(folder.data, 'postmaster.pid'), { force: true })
}

/** Whether a server runs on the folder. */
export async function isRunning(folder: DataFolder): Promise<boolean> {
  const found = await readPostmaster(folder)
  return found !== undefined && isAlive(found.pid) && (await isPostmaster(found.pid, folder))
}

async function isPostmaster(pid: number, folder: DataFolder): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => commandByPs(pid))
  return command.includes(folder.data)
}

/** Without /proc, as on macOS: a process that cannot be identified is not ours to stop. */
async function commandByPs(pid: number): Promise<string> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({
    stdout: '',
  }))
  return stdout
}

/** Waits for the server to stop after its last lease was released; does not wait if others still use it. */
export async function untilStopped(folder: DataFolder, pid: number): Promise<void> {
  for (let waited = 0; (await exists(folder.leases)) && isAlive(pid); waited += STEP_MS) {
    if (waited >= 300) return // the watchdog reacts within a few milliseconds: this server has other users
    await sleep(STEP_MS)
  }
  for (let waited = 0; waited < LIMIT_MS && isAlive(pid); waited += STEP_MS) await sleep(STEP_MS)
}

/** A fast shutdown (SIGINT), followed by an immediate one (SIGQUIT) if it takes too long. */
export async function stopPostmaster(folder: DataFolder, pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) {
    try {
      process.kill(pid, signal)
    } catch {
      // gone meanwhile
    }
    for (let waited = 0; waited < LIMIT_MS / 2; waited += STEP_MS) {
      if (!isAlive(pid) || (await readPostmaster(folder))?.pid !== pid) return
      await sleep(STEP_MS)
    }
  }
  throw pgError('embedded_held', { dir: folder.home, holder: `process ${pid}, which does not stop` })
}

export async function readSettings(folder: DataFolder): Promise<ServerSettings> {
  return JSON.parse(await readFile(folder.settings, 'utf8')) as ServerSettings
}

async function writeSettings(folder: DataFolder, settings: ServerSettings): Promise<void> {
  await writeFile(`${folder.settings}.new`, JSON.stringify(settings), { mode: 0o600 })
  await rename(`${folder.settings}.new`, folder.settings)
}

async function isFree(port: number): Promise<boolean> {
  if (port === 0) return false
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

function spawnAs(folder: DataFolder, user: ServerUser | undefined): object {
  const path = process.env.PATH ?? '/usr/bin:/bin'
  return {
    cwd: folder.home,
    env: { PATH: path, LC_ALL: 'C', HOME: folder.home, USER: user?.name ?? process.env.USER ?? '' },
    ...(user && { uid: user.uid, gid: user.gid }),
  }
}

async function logTail(folder: DataFolder): Promise<string> {
  const text = await readFile(folder.log, 'utf8').catch(() => '')
  return text.trim().split('\n').slice(-10).join('\n') || 'it wrote no log'
}

/** The error and hint in the output of initdb or the server, in one line; everything if there is none. */
function essenceOf(output: string): string {
  const lines = output.split('\n')
  const at = lines.findIndex(line => /(?:FATAL|PANIC|error): /.test(line))
  if (at < 0) return output
  const [, message = ''] = /(?:FATAL|PANIC|error): +(.*)/.exec(lines[at]!) ?? []
  const [, hint] = /HINT: +(.*)/.exec(lines[at + 1] ?? '') ?? []
  return hint ? `${message}. ${hint}` : message
}

function failed(folder: DataFolder, action: string, reason: string): Error {
  return pgError('embedded_failed', { dir: folder.home, action, reason: essenceOf(reason) })
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
