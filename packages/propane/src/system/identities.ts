import { propaneError } from '../errors.ts'
import { fs } from './builtins.ts'

/** The identity that a process runs as. */
export interface Identity {
  uid?: number
  gid?: number
  /** Name of the user, if it has one; needed for its supplementary groups. */
  user?: string
  home?: string
}

/**
 * Resolves the user and group that the workers run as; undefined for empty names.
 *
 * @throws user_unknown
 */
export function resolveIdentity(user: string, group: string, root: string = '/etc'): Identity {
  const account = user === '' ? undefined : lookUp(`${root}/passwd`, user, 'user')
  const own = group === '' ? undefined : lookUp(`${root}/group`, group, 'group')
  return {
    ...(account && { uid: account.id }),
    ...(own ? { gid: own.id } : account?.group !== undefined && { gid: account.group }),
    ...(account?.name !== undefined && { user: account.name }),
    ...(account?.home !== undefined && { home: account.home }),
  }
}

/** Missing in @types/node. */
interface InitGroups {
  initgroups(user: string, extraGroup: number): void
}

/** Changes the identity of this process, including supplementary groups. Throws the system's error (EPERM). */
export function become({ uid, gid, user }: Identity): void {
  if (gid !== undefined) {
    // Only root may change the list of groups.
    if (process.getuid?.() === 0) {
      if (user === undefined) process.setgroups?.([gid])
      else (process as unknown as InitGroups).initgroups(user, gid)
    }
    process.setgid?.(gid)
  }
  if (uid !== undefined) process.setuid?.(uid)
}

/** The environment variables that identify a user. */
export function identityEnv({ user, home }: Identity): Record<string, string> {
  return { ...(user !== undefined && { USER: user, LOGNAME: user }), ...(home !== undefined && { HOME: home }) }
}

interface Entry {
  id: number
  name?: string
  group?: number
  home?: string
}

/** Lines of passwd(5), `name:password:uid:gid:comment:home:shell`, and group(5), `name:password:gid:members`. */
function lookUp(file: string, name: string, kind: 'user' | 'group'): Entry {
  const lines = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : []
  const fields = lines.map(line => line.split(':')).find(([entry, , id]) => entry === name || id === name)
  if (fields && kind === 'group') return { id: Number(fields[2]) }
  if (fields) return { id: Number(fields[2]), name: fields[0]!, group: Number(fields[3]), home: fields[5] ?? '/' }
  if (/^\d+$/.test(name)) return { id: Number(name) }
  throw propaneError('user_unknown', { kind, name })
}
