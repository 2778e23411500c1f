import { existsSync } from 'node:fs'
import { chmod, cp, lutimes, mkdir, readdir, readFile, rename, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { unpackArchive } from '../build/archive.ts'
import { seal } from '../build/seal.ts'
import { releaseError } from '../errors.ts'
import { MANIFEST, RELEASE_ID, readManifest } from '../manifest/manifest.ts'
import { requireUnchanged } from '../manifest/verify.ts'
import { releaseIds, removeTree, type TargetFolder } from './target-folder.ts'

/**
 * Adds a release to a target. It gets its name only after every byte has been verified.
 *
 * @param name - the id of an existing release, or the path of a release's archive or folder
 * @returns its id
 * @throws release_unknown, archive_missing, archive_invalid, checksum_missing, checksum_wrong, signature_missing, signature_wrong, release_changed, release_differs
 */
export async function receiveRelease(target: TargetFolder, name: string): Promise<string> {
  const known = await releaseIds(target)
  if (known.includes(name)) return name
  const path = resolve(name)
  if (!existsSync(path)) {
    if (/[\\/]|\.tar\.zst$/.test(name)) throw releaseError('archive_missing', { file: path })
    throw releaseError('release_unknown', { id: name, known: known.join(', ') || 'none' })
  }
  const isFolder = (await stat(path)).isDirectory()
  if (isFolder && dirname(path) === target.releases) return basename(path)
  if (isFolder) await readManifest(path) // before anything is copied
  const incoming = join(target.releases, `.incoming-${process.pid}`)
  await removeTree(incoming)
  await mkdir(incoming)
  try {
    if (isFolder)
      await cp(path, join(incoming, basename(path)), {
        recursive: true,
        verbatimSymlinks: true,
        preserveTimestamps: true,
      })
    else await unpackArchive(path, incoming, join(target.shared, 'keys'))
    const [unpacked, ...more] = await readdir(incoming)
    if (unpacked === undefined || more.length > 0 || !RELEASE_ID.test(unpacked)) {
      throw releaseError('archive_invalid', { file: path, reason: 'it is not one release' })
    }
    const { id, commit } = await requireUnchanged(join(incoming, unpacked), path)
    // The same release may already exist: then nothing is replaced.
    if (known.includes(id)) await requireSame(id, join(incoming, unpacked), join(target.releases, id))
    else {
      await seal(join(incoming, unpacked), new Date(commit.time))
      await moveFolder(join(incoming, unpacked), join(target.releases, id), new Date(commit.time))
    }
    return id
  } finally {
    await removeTree(incoming)
  }
}

/** Two builds have one id if changes were not committed, or if they are for different platforms. */
async function requireSame(id: string, received: string, there: string): Promise<void> {
  const [own, other] = await Promise.all([received, there].map(dir => readFile(join(dir, MANIFEST), 'utf8')))
  if (own !== other) throw releaseError('release_differs', { where: 'This target', id, dir: there })
}

/** Only root can move a read-only folder. */
async function moveFolder(from: string, to: string, time: Date): Promise<void> {
  await chmod(from, 0o755)
  await rename(from, to)
  await chmod(to, 0o555)
  await lutimes(to, time, time)
}
