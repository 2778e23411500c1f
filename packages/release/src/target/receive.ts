import { existsSync } from 'node:fs'
import { chmod, cp, lutimes, mkdir, readdir, rename, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { unpackArchive } from '../build/archive.ts'
import { seal } from '../build/seal.ts'
import { releaseError } from '../errors.ts'
import { RELEASE_ID } from '../manifest/manifest.ts'
import { verifyRelease } from '../manifest/verify.ts'
import { releaseIds, removeTree, type TargetFolder } from './target-folder.ts'

/**
 * Adds a release to a target. It gets its name only after every byte has been verified.
 *
 * @param name - the id of an existing release, or the path of a release's archive or folder
 * @returns its id
 * @throws release_unknown, archive_invalid, checksum_missing, checksum_wrong, signature_missing, signature_wrong, release_changed
 */
export async function receiveRelease(target: TargetFolder, name: string): Promise<string> {
  const known = await releaseIds(target)
  if (known.includes(name)) return name
  const path = resolve(name)
  if (!existsSync(path)) throw releaseError('release_unknown', { id: name, known: known.join(', ') || 'none' })
  const isFolder = (await stat(path)).isDirectory()
  if (isFolder && dirname(path) === target.releases) return basename(path)
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
    const [unpacked] = await readdir(incoming)
    if (unpacked === undefined || !RELEASE_ID.test(unpacked)) {
      throw releaseError('archive_invalid', { file: path, reason: 'it contains no release' })
    }
    const { id, commit } = await verifyRelease(join(incoming, unpacked))
    // The same release may already exist: then nothing is replaced.
    if (!known.includes(id)) {
      await seal(join(incoming, unpacked), new Date(commit.time))
      await moveFolder(join(incoming, unpacked), join(target.releases, id), new Date(commit.time))
    }
    return id
  } finally {
    await removeTree(incoming)
  }
}

/** Only root can move a read-only folder. */
async function moveFolder(from: string, to: string, time: Date): Promise<void> {
  await chmod(from, 0o755)
  await rename(from, to)
  await chmod(to, 0o555)
  await lutimes(to, time, time)
}
