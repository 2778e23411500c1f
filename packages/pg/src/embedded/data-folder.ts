import { createHash } from 'node:crypto'
import { chown, lstat, mkdir, readFile, readlink, rm, stat, symlink } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { ArlenError } from '@arlen/core'
import { pgError } from '../errors.ts'
import { canTraverse, reachableFolder, type ServerUser } from './server-user.ts'

/** The files of one embedded server. */
export interface DataFolder {
  /** The parent folder of everything below. */
  home: string
  /** PGDATA. */
  data: string
  /** The named pipe whose writers are the processes that use the server. */
  leases: string
  log: string
  lock: string
  /** Port, password and the like, as JSON. */
  settings: string
}

/**
 * Creates the folder. If the server's user cannot reach `dir`, everything is kept in a cache folder and `dir` becomes a
 * symbolic link to it, so that it can still be found (and deleted) from the application.
 */
export async function openDataFolder(dir: string, user: ServerUser | undefined): Promise<DataFolder> {
  const home = await makeHome(resolve(dir), user).catch(cause => {
    if (cause instanceof ArlenError) throw cause
    const values = { dir: resolve(dir), action: 'open its folder', reason: (cause as Error).message }
    throw pgError('embedded_failed', values, { cause })
  })
  return dataFolderAt(home)
}

/** Where its files are. */
export function dataFolderAt(home: string): DataFolder {
  return {
    home,
    data: join(home, 'data'),
    leases: join(home, 'leases'),
    log: join(home, 'postgresql.log'),
    lock: join(home, 'starting'),
    settings: join(home, 'embedded.json'),
  }
}

async function makeHome(wanted: string, user: ServerUser | undefined): Promise<string> {
  const parent = resolve(wanted, '..')
  await mkdir(parent, { recursive: true })
  const home = user && !(await canTraverse(parent, user)) ? await elsewhere(wanted, user) : wanted
  await mkdir(home, { mode: 0o700 }).catch(async error => {
    if (!(await stat(home).catch(() => undefined))?.isDirectory()) throw error
  })
  await refuseForeign(home, user)
  if (user) await chown(home, user.uid, user.gid)
  return home
}

/** In a folder such as /tmp, another user may have created it first, to read our data or to make us run their code. */
async function refuseForeign(home: string, user: ServerUser | undefined): Promise<void> {
  if (isOwnedByUs((await lstat(home)).uid, user)) return
  throw pgError('embedded_failed', { dir: home, action: 'open its folder', reason: 'it belongs to another user' })
}

/** Whether a file belongs to this process's user or to the server's. */
export function isOwnedByUs(uid: number, user: ServerUser | undefined): boolean {
  return uid === process.getuid?.() || uid === user?.uid
}

async function elsewhere(wanted: string, user: ServerUser): Promise<string> {
  const found = await lstat(wanted).catch(() => undefined)
  if (found?.isSymbolicLink()) return readlink(wanted)
  if (found) {
    throw pgError('embedded_failed', {
      dir: wanted,
      action: 'open its folder',
      reason: `the user ${user.name} cannot reach it; delete it`,
    })
  }
  const key = createHash('sha256').update(wanted).digest('hex').slice(0, 12)
  const home = join(await reachableFolder(user), `${basename(wanted)}-${key}`)
  await symlink(home, wanted).catch(async error => {
    // Of two processes that start together, one creates it.
    if ((await readlink(wanted).catch(() => undefined)) !== home) throw error
  })
  return home
}

/** The major version that created a complete PGDATA, or undefined if there is none. */
export async function dataVersion(folder: DataFolder): Promise<string | undefined> {
  return (await readFile(join(folder.data, 'PG_VERSION'), 'utf8').catch(() => undefined))?.trim()
}

export async function removeFolder(folder: DataFolder): Promise<void> {
  await rm(folder.home, { recursive: true, force: true })
}
