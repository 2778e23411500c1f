import { createHash, createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { constants, createZstdDecompress, zstdCompress } from 'node:zlib'
import { option, readOptions } from '@arlen/core/options'
import { create, extract } from 'tar'
import { releaseError } from '../errors.ts'
import { listFiles } from '../manifest/list-files.ts'
import { MANIFEST, readManifest } from '../manifest/manifest.ts'

const COMPRESSION_LEVEL = 10
const zstd = promisify(zstdCompress)

/** What {@link archiveRelease} wrote. */
export interface ReleaseArchive {
  /** The `.tar.zst` file. */
  file: string
  /** The file with its SHA-256, in the format of `sha256sum --check`. */
  checksumFile: string
  /** The file with its Ed25519 signature, if a key was given. */
  signatureFile: string | undefined
}

/**
 * Packs a release into one file, `<id>.tar.zst` next to its folder, with the same bytes for the same release. Adds a
 * checksum file and, with a key, a signature that `openssl pkeyutl -verify -rawin` checks.
 *
 * @param dir - the folder of the release
 * @param options.keyFile - a private Ed25519 key in PEM, as created by `openssl genpkey -algorithm ed25519`
 */
export async function archiveRelease(
  dir: string,
  options: { keyFile?: string | undefined } = {},
): Promise<ReleaseArchive> {
  const { keyFile } = readOptions('archiveRelease()', options, { keyFile: option.text })
  const { id, commit } = await readManifest(dir)
  const file = join(dirname(dir), `${id}.tar.zst`)
  const partial = `${file}.partial`
  const paths = [MANIFEST, ...listFiles(dir)].sort().map(path => `${basename(dir)}/${path}`)
  const pack = create({ cwd: dirname(dir), portable: true, mtime: new Date(commit.time), noDirRecurse: true }, paths)
  try {
    // In one piece, because the output of a stream depends on how its input is split.
    const content = await zstd(await buffer(pack), {
      params: { [constants.ZSTD_c_compressionLevel]: COMPRESSION_LEVEL },
    })
    await writeFile(partial, content)
    await rename(partial, file)
  } finally {
    await rm(partial, { force: true })
  }
  const checksumFile = `${file}.sha256`
  await writeFile(checksumFile, `${await sha256Of(file)}  ${basename(file)}\n`)
  if (keyFile === undefined) return { file, checksumFile, signatureFile: undefined }
  const signatureFile = `${file}.sig`
  await writeFile(signatureFile, sign(null, await readFile(file), createPrivateKey(await readFile(keyFile))))
  return { file, checksumFile, signatureFile }
}

/**
 * Unpacks the archive of a release after checking its checksum and, if the target trusts keys, its signature. Entries
 * outside of the folder, and anything but files, folders and links, are rejected.
 *
 * @param keys - a folder of public Ed25519 keys in PEM; if it is missing or empty, no signature is required
 * @throws checksum_missing, checksum_wrong, signature_missing, signature_wrong, archive_invalid
 */
export async function unpackArchive(file: string, into: string, keys: string): Promise<void> {
  await requireChecksum(file)
  await requireSignature(file, keys)
  try {
    const unpack = extract({
      cwd: into,
      strict: true,
      preserveOwner: false,
      filter: (_, entry) => 'type' in entry && /^(?:File|Directory|SymbolicLink)$/.test(entry.type),
    })
    await pipeline(createReadStream(file), createZstdDecompress(), unpack)
  } catch (cause) {
    throw releaseError('archive_invalid', { file, reason: (cause as Error).message }, { cause })
  }
}

async function requireChecksum(file: string): Promise<void> {
  const checksumFile = `${file}.sha256`
  if (!existsSync(checksumFile)) throw releaseError('checksum_missing', { file, checksumFile })
  const [expected] = (await readFile(checksumFile, 'utf8')).split(/\s/)
  if (expected !== (await sha256Of(file))) throw releaseError('checksum_wrong', { file, checksumFile })
}

async function requireSignature(file: string, keys: string): Promise<void> {
  const names = existsSync(keys) ? (await readdir(keys)).filter(name => name.endsWith('.pem')) : []
  if (names.length === 0) return
  const signatureFile = `${file}.sig`
  if (!existsSync(signatureFile)) throw releaseError('signature_missing', { file, signatureFile, keys })
  const [content, signature] = [await readFile(file), await readFile(signatureFile)]
  for (const name of names) {
    const key = createPublicKey(await readFile(join(keys, name)))
    if (verify(null, content, key, signature)) return
  }
  throw releaseError('signature_wrong', { file, keys })
}

async function sha256Of(file: string): Promise<string> {
  const digest = createHash('sha256')
  await pipeline(createReadStream(file), digest)
  return digest.digest('hex')
}
