import { hash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { MANIFEST, type ReleaseEntry } from './manifest.ts'

/**
 * The paths of all files and links below a folder except the manifest, sorted by code units, with `/` as separator. Folders
 * themselves are not listed.
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

/** The manifest entry for a file or link in its current state. Reads it once, in full. */
export function describeEntry(dir: string, path: string): ReleaseEntry {
  const file = join(dir, path)
  const stats = lstatSync(file)
  if (stats.isSymbolicLink()) return { link: readlinkSync(file) }
  const content = readFileSync(file)
  const executable = (stats.mode & 0o111) !== 0
  return { size: content.length, sha256: hash('sha256', content), ...(executable && { executable }) }
}
