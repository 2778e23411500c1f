import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describeEntry, listFiles } from '../manifest/list-files.ts'

/**
 * Adds what a folder has to another one.
 *
 * @returns the first path at which they differ, if there is one
 */
export function mergeFolders(from: string, into: string): string | undefined {
  for (const path of listFiles(from)) {
    const target = join(into, path)
    if (!existsSync(target)) {
      mkdirSync(dirname(target), { recursive: true })
      cpSync(join(from, path), target, { verbatimSymlinks: true })
    } else if (JSON.stringify(describeEntry(from, path)) !== JSON.stringify(describeEntry(into, path))) return path
  }
  return undefined
}
