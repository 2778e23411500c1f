import { existsSync, lstatSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { releaseError } from '../errors.ts'
import { leadsOutside } from '../manifest/leads-outside.ts'
import { listFiles } from '../manifest/list-files.ts'

/**
 * Makes sure that every symbolic link of a release leads to something in it.
 *
 * @throws link_outside, link_broken
 */
export function requireWholeLinks(out: string): void {
  for (const path of listFiles(out)) {
    const file = join(out, path)
    if (!lstatSync(file).isSymbolicLink()) continue
    const link = readlinkSync(file)
    if (leadsOutside(path, link)) throw releaseError('link_outside', { path, link })
    if (!existsSync(file)) throw releaseError('link_broken', { path, link })
  }
}
