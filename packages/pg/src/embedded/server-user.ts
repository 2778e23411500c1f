/**
 * PostgreSQL refuses to run as root. If we are root, the server runs as an existing user of the machine; no user is
 * created. That user must be able to reach binaries and data, which it cannot below a 0700 home such as /root.
 */
import { chmod, lstat, mkdir, readFile, realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { pgError } from '../errors.ts'

export interface ServerUser {
  name: string
  uid: number
  gid: number
}

/** The user to run the server as, or undefined for the current one. */
export async function chooseUser(): Promise<ServerUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const users = parsePasswd(await readFile('/etc/passwd', 'utf8').catch(() => ''))
  // `nobody` before `postgres`: a data folder must keep its owner if PostgreSQL is installed on the machine later
  const chosen =
    users.find(user => user.name === 'nobody') ?? users.find(user => user.name === 'postgres') ?? users.at(-1)
  if (!chosen) throw pgError('embedded_no_user')
  return chosen
}

/** initdb looks up the name of its user, so the user needs an entry. */
export function parsePasswd(text: string): ServerUser[] {
  return text
    .split('\n')
    .map(line => line.split(':'))
    .filter(fields => fields.length >= 4 && /^\d+$/.test(fields[2] ?? '') && fields[2] !== '0')
    .map(fields => ({ name: fields[0] ?? '', uid: Number(fields[2]), gid: Number(fields[3]) }))
}

/** Whether `user` can enter every folder on the way to `path`, which must exist. */
export async function canTraverse(path: string, user: ServerUser | undefined): Promise<boolean> {
  if (!user) return true
  for (let folder = await realpath(path); ; folder = dirname(folder)) {
    const { mode, uid, gid } = await stat(folder)
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (folder === dirname(folder)) return true
  }
}

/** A folder that survives reboots and that `user` can reach, for files that cannot stay next to the application. */
export async function reachableFolder(user: ServerUser | undefined): Promise<string> {
  if (!user) {
    const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'arlen')
    await mkdir(folder, { recursive: true, mode: 0o755 })
    return folder
  }
  const chosen = process.env.XDG_CACHE_HOME ? [process.env.XDG_CACHE_HOME] : []
  for (const parent of [...chosen, '/var/cache', '/var/lib', '/var/tmp']) {
    const folder = join(parent, 'arlen')
    await mkdir(folder, { mode: 0o755 }).catch(() => undefined) // exists already, or cannot be created: see below
    const found = await lstat(folder).catch(() => undefined)
    // In a world-writable folder another user could have placed a trap first.
    if (!found?.isDirectory() || found.uid !== 0 || (found.mode & 0o022) !== 0) continue
    await chmod(folder, 0o755) // regardless of the umask
    if (await canTraverse(folder, user)) return folder
  }
  throw pgError('embedded_no_user')
}
