import { realpathSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { httpError } from '../errors.ts'

/** A folder to serve files from, without symbolic links. Throws static_folder_missing if it does not exist. */
export function rootOf(dir: string): string {
  const stat = statSync(dir, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) throw httpError('static_folder_missing', { dir: resolve(dir) })
  return realpathSync(dir)
}
