import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isRelease } from '../app-root.ts'
import { type Diagnosis, fail, ok, type Patient, warn } from './examination.ts'

/** Checks that the folder is writable, and that no other user can read the secrets in it. */
export async function examinePermissions({ root }: Patient): Promise<Diagnosis> {
  if (isRelease(root)) return ok(`${root} is a release, which is read-only`)
  for (const folder of [root, join(root, '.arlen')]) {
    if (!existsSync(folder)) continue
    try {
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK)
    } catch {
      return fail(`${folder} cannot be written to`, `Make it yours: chown -R "$(id -un)" ${shellWord(folder)}`)
    }
  }
  const secrets = ['.env', '.env.local', '.env.production']
    .map(name => join(root, name))
    .filter(file => existsSync(file))
  const open = secrets.filter(file => (statSync(file).mode & 0o077) !== 0 && process.platform !== 'win32')
  if (open.length > 0)
    return warn(`others can read ${open.join(', ')}`, `Run: chmod 600 ${open.map(shellWord).join(' ')}`)
  return ok(`${root} can be written to`)
}

/** A path as a shell reads it as one word. */
function shellWord(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
