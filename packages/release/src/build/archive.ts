import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { constants, createZstdDecompress, zstdCompress } from 'node:zlib'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { create, extract } from 'tar'
import { releaseError } from '../errors.ts'
import { listFiles } from '../manifest/list-files.ts'
import { MANIFEST, readManifest } from '../manifest/manifest.ts'
import { findSigner, type Signatures } from '../signature/find-signer.ts'
import { signContent } from '../signature/sign.ts'
import { explainSystemErrors } from '../target/explain.ts'

const COMPRESSION_LEVEL = 10
const zstd = promisify(zstdCompress)

/** Options of {@link archiveRelease}. */
export interface ArchiveOptions {
  /** A private Ed25519 key: PEM, as `openssl genpkey -algorithm ed25519` writes it, or minisign's secret key. */
  keyFile?: string | undefined
  /** The password of an encrypted key. */
  password?: string | undefined
}

const OPTIONS: OptionTable<ArchiveOptions> = { keyFile: option.text, password: option.text }

/** What {@link archiveRelease} wrote. */
export interface ReleaseArchive {
  /** The `.tar.zst` file. */
  file: string
  /** The file with its SHA-256, in the format of `sha256sum --check`. */
  checksumFile: string
  /** The file with its Ed25519 signature, if a key was given: `.sig` of OpenSSL, `.minisig` of minisign. */
  signatureFile: string | undefined
}

/**
 * Packs a release into one file, `<id>.tar.zst` next to its folder, with the same bytes for the same release. Adds a
 * checksum file and, with a key, a signature that `openssl pkeyutl -verify -rawin` or `minisign -V` checks.
 *
 * @param dir - the folder of the release
 * @throws manifest_missing, manifest_invalid, signing_key_invalid, signing_password_missing, signing_password_wrong, step_failed if the disk is full or may not be written
 */
export async function archiveRelease(dir: string, options: ArchiveOptions = {}): Promise<ReleaseArchive> {
  const own = readOptions('archiveRelease()', options, OPTIONS)
  return explainSystemErrors('archive', 'Nothing was signed', () => writeArchive(dir, own))
}

async function writeArchive(dir: string, { keyFile, password }: ArchiveOptions): Promise<ReleaseArchive> {
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
  const signed = { content: await readFile(file), name: basename(file), time: new Date(commit.time) }
  const { suffix, bytes } = await signContent(signed, { file: keyFile, password })
  const signatureFile = file + suffix
  await writeFile(signatureFile, bytes)
  return { file, checksumFile, signatureFile }
}

/**
 * Unpacks the archive of a release after checking its checksum and, if the target trusts keys, its signature. Entries
 * outside of the folder, and anything but files, folders and links, are rejected.
 *
 * @param keys - a folder of public Ed25519 keys, `.pem` or minisign's `.pub`; if it is missing or empty, no signature is required
 * @throws checksum_missing, checksum_wrong, trusted_key_invalid, signature_missing, signature_wrong, archive_invalid
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
  const signatures = await readSignatures(file)
  const { trusted, signer } = trustedSigner(await readFile(file), keys, signatures)
  if (trusted === 0 || signer !== undefined) return
  if (signatures.openssl.length > 0 || signatures.minisign !== '') throw releaseError('signature_wrong', { file, keys })
  throw releaseError('signature_missing', { file, keys })
}

function trustedSigner(content: Buffer, keys: string, signatures: Signatures) {
  try {
    return findSigner(content, keys, signatures)
  } catch (cause) {
    throw releaseError('trusted_key_invalid', { reason: (cause as Error).message }, { cause })
  }
}

/** The signatures beside an archive. */
export async function readSignatures(file: string): Promise<Signatures> {
  const read = async (suffix: string) => (existsSync(file + suffix) ? await readFile(file + suffix) : Buffer.alloc(0))
  return { openssl: await read('.sig'), minisign: String(await read('.minisig')) }
}

async function sha256Of(file: string): Promise<string> {
  const digest = createHash('sha256')
  await pipeline(createReadStream(file), digest)
  return digest.digest('hex')
}
