import { chmodSync, mkdtempSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A temporary folder for projects of a user. As in most homes, everyone may enter it: PostgreSQL, which does not run as root,
 * has its data and its binaries there, instead of in a cache that would outlive the tests.
 */
export function makeProjectFolder(prefix: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), prefix)))
  chmodSync(folder, 0o755)
  return folder
}
