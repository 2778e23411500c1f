import { hash } from 'node:crypto'
import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { releaseError } from '../errors.ts'
import { listFiles } from './list-files.ts'
import { isIntact, MANIFEST, type Manifest, type ReleaseEntry, readManifest } from './manifest.ts'

/** How a file of a release differs from its manifest. */
export interface ReleaseProblem {
  path: string
  problem: 'missing' | 'added' | 'changed'
}

/**
 * Compares every file of a release with its manifest, and the manifest with its own digest: one changed, missing or added byte is found.
 *
 * @param dir - the folder of the release
 * @returns the differences, sorted by path; empty if there are none
 * @throws manifest_missing, manifest_invalid
 */
export async function findChanges(dir: string): Promise<ReleaseProblem[]> {
  return changesAgainst(dir, await readManifest(dir))
}

/**
 * Like {@link findChanges}, but throws if anything differs.
 *
 * @returns the manifest
 * @throws release_changed with the first ten differences; manifest_missing, manifest_invalid
 */
export async function verifyRelease(dir: string): Promise<Manifest> {
  return requireUnchanged(dir, dir)
}

/** @param name - what the message calls the release */
export async function requireUnchanged(dir: string, name: string): Promise<Manifest> {
  const manifest = await readManifest(dir)
  const changes = changesAgainst(dir, manifest)
  if (changes.length === 0) return manifest
  const shown = changes.slice(0, 10).map(({ path, problem }) => `${path} is ${problem}`)
  if (changes.length > shown.length) shown.push(`and ${changes.length - shown.length} more`)
  throw releaseError('release_changed', { dir: name, problems: shown.join(', ') })
}

function changesAgainst(dir: string, { files }: Manifest): ReleaseProblem[] {
  const present = new Set(listFiles(dir))
  const problems: ReleaseProblem[] = []
  if (!isIntact(readFileSync(join(dir, MANIFEST), 'utf8'))) problems.push({ path: MANIFEST, problem: 'changed' })
  for (const [path, entry] of Object.entries(files)) {
    if (!present.delete(path)) problems.push({ path, problem: 'missing' })
    else if (!isAsBuilt(join(dir, path), entry)) problems.push({ path, problem: 'changed' })
  }
  for (const path of present) problems.push({ path, problem: 'added' })
  return problems.sort((a, b) => (a.path < b.path ? -1 : 1))
}

function isAsBuilt(file: string, entry: ReleaseEntry): boolean {
  const stats = lstatSync(file)
  if ('link' in entry) return stats.isSymbolicLink() && readlinkSync(file) === entry.link
  // The size is compared first, so that a file of another size need not be read.
  if (!stats.isFile() || stats.size !== entry.size) return false
  if (((stats.mode & 0o111) !== 0) !== (entry.executable === true)) return false
  return hash('sha256', readFileSync(file)) === entry.sha256
}
