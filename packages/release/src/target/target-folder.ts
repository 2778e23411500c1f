import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lstat, open, readdir, readlink, rename, rm, symlink } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { unseal } from '../build/seal.ts'
import { releaseError } from '../errors.ts'
import { makeFolder } from '../make-folder.ts'
import { RELEASE_ID } from '../manifest/manifest.ts'

/** The paths of a target: the folder on a machine in which releases of one application run. */
export interface TargetFolder {
  dir: string
  /** One folder for each release, named by its id. */
  releases: string
  /** Everything that outlives releases: the file `env`, sockets, uploads, trusted keys. */
  shared: string
  /** The symbolic link to the running release. */
  current: string
  /** The lock, the history, and the operation in progress. */
  state: string
}

/** The paths of a target. Does not access the disk. */
export function targetFolder(dir: string): TargetFolder {
  const root = resolve(dir)
  return {
    dir: root,
    releases: join(root, 'releases'),
    shared: join(root, 'shared'),
    current: join(root, 'current'),
    state: join(root, '.arlen'),
  }
}

/** Creates the missing parts of a target. */
export async function createTargetFolder(target: TargetFolder): Promise<void> {
  await makeFolder(target.releases)
  await makeFolder(target.shared, 0o750)
  await makeFolder(target.state, 0o750)
}

/** Throws target_missing if a folder is not a target. */
export function requireTarget(target: TargetFolder): void {
  if (!existsSync(target.state) || !existsSync(target.releases)) {
    throw releaseError('target_missing', { dir: target.dir })
  }
}

/** The ids of the releases of a target, oldest first. */
export async function releaseIds(target: TargetFolder): Promise<string[]> {
  const entries = await readdir(target.releases, { withFileTypes: true })
  return entries
    .filter(entry => entry.isDirectory() && RELEASE_ID.test(entry.name))
    .map(entry => entry.name)
    .sort()
}

/** The folder of a release. Throws release_unknown. */
export async function releaseFolder(target: TargetFolder, id: string): Promise<string> {
  const known = await releaseIds(target)
  if (known.includes(id)) return join(target.releases, id)
  throw releaseError('release_unknown', { id, known: known.join(', ') || 'none' })
}

/** The id that `current` points to, or undefined if nothing was activated yet. Throws current_invalid. */
export async function currentRelease(target: TargetFolder): Promise<string | undefined> {
  try {
    return basename(await readlink(target.current))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    if (code === 'EINVAL') throw releaseError('current_invalid', { file: target.current }, { cause: error })
    throw error
  }
}

/**
 * Makes `current` point to another release in one system call: readers find the old release or the new one, never neither.
 * The folder is on disk before this resolves. Undefined removes the link.
 */
export async function pointCurrentAt(target: TargetFolder, id: string | undefined): Promise<void> {
  if (id === undefined) {
    await rm(target.current, { force: true })
  } else {
    const beside = join(target.dir, `.current-${randomUUID()}`)
    await symlink(join('releases', id), beside)
    await rename(beside, target.current)
  }
  await syncFolder(target.dir)
}

/** Writes a file atomically: others see the old content or the new one, even after a power failure. */
export async function writeAtomically(file: string, text: string): Promise<void> {
  const beside = `${file}.${randomUUID()}.partial`
  const handle = await open(beside, 'wx', 0o640)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(beside, file)
  await syncFolder(dirname(file))
}

async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Removes a release. It is renamed first, so that a partly removed one is not mistaken for a complete one. */
export async function removeRelease(target: TargetFolder, id: string): Promise<void> {
  const trash = join(target.releases, `.removed-${id}`)
  await removeTree(trash)
  await rename(join(target.releases, id), trash)
  await removeTree(trash)
}

/** Removes what killed commands left: partly unpacked releases, releases being removed, temporary links. */
export async function removeLeftovers(target: TargetFolder): Promise<void> {
  for (const name of await readdir(target.releases)) {
    if (/^\.(?:removed|incoming)-/.test(name)) await removeTree(join(target.releases, name))
  }
  for (const name of await readdir(target.dir)) {
    if (name.startsWith('.current-')) await rm(join(target.dir, name), { force: true })
  }
  for (const name of await readdir(target.state)) {
    if (name.endsWith('.partial')) await rm(join(target.state, name), { force: true })
  }
}

/** Removes a folder whose subfolders may be read-only; does nothing if it does not exist. */
export async function removeTree(dir: string): Promise<void> {
  const stats = await lstat(dir).catch(() => undefined)
  if (!stats) return
  if (stats.isDirectory()) await unseal(dir)
  await rm(dir, { recursive: true, force: true })
}
