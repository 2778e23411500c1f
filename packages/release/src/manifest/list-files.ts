import { hash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { MANIFEST, type ReleaseEntry } from './manifest.ts'

/**
 * The paths of all files and links below a folder except the manifest, sorted by their code units, `/` between the parts.
 * Folders themselves are not listed.
 */
export function listFiles(dir: string): string[] {
  const found: string[] = []
  const visit = (below: string) => {
    for (const entry of readdirSync(join(dir, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      if (entry.isDirectory()) visit(path)
      else if (path !== MANIFEST) found.push(path)
    }
  }
  visit('')
  return found.sort((a, b) => (a < b ? -1 : 1))
}

/** What a manifest says about a file or link as it is now. Reads it once, whole. */
export function describeEntry(dir: string, path: string): ReleaseEntry {
  const file = join(dir, path)
  const stats = lstatSync(file)
  if (stats.isSymbolicLink()) return { link: readlinkSync(file) }
  const content = readFileSync(file)
  const executable = (stats.mode & 0o111) !== 0
  return { size: content.length, sha256: hash('sha256', content), ...(executable && { executable }) }
}
