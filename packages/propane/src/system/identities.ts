import { propaneError } from '../errors.ts'
import { fs } from './builtins.ts'

/** Numeric ids of the user and group the workers run as; empty names give none. Throws unknown_user. */
export function resolveIds(user: string, group: string, root = '/etc'): { uid?: number; gid?: number } {
  const account = user === '' ? undefined : lookUp(`${root}/passwd`, user, 'user')
  const own = group === '' ? undefined : lookUp(`${root}/group`, group, 'group')
  return {
    ...(account && { uid: account.id }),
    ...(own ? { gid: own.id } : account?.group !== undefined && { gid: account.group }),
  }
}

/** Lines of passwd(5) and group(5): `name:password:id:…`; the fourth field of passwd is the user's own group. */
function lookUp(file: string, name: string, kind: 'user' | 'group'): { id: number; group?: number } {
  const lines = fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : []
  const fields = lines.map(line => line.split(':')).find(([entry, , id]) => entry === name || id === name)
  if (fields) return { id: Number(fields[2]), ...(kind === 'user' && { group: Number(fields[3]) }) }
  if (/^\d+$/.test(name)) return { id: Number(name) }
  throw propaneError('unknown_user', { kind, name })
}
