import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import type { Validators } from '../response/conditions.ts'
import type { HeaderBlock } from '../response/header-block.ts'
import type { TypeOf } from './content-type.ts'

/** A file has both. */
interface KnownValidators extends Validators {
  etag: string
  modified: number
}

/** A state of a file: what is needed to serve it and to notice that it has changed. */
export interface FileEntry extends KnownValidators {
  /** Absolute, without symbolic links. */
  path: string
  size: number
  /** Value of Content-Type. */
  type: string
  coding: ContentCoding | undefined
  /** Identifies the state in the file system. */
  stamp: string
  /** The content, if it is small enough to be cached. */
  bytes: Buffer | undefined
  /** The header fields of its responses, once they have been written. */
  fields?: HeaderBlock
}

/** Content codings (RFC 9110, section 8.4.1) of precompressed files. */
type ContentCoding = 'br' | 'zstd' | 'gzip'

/** Best first. */
const CODINGS: readonly ContentCoding[] = ['br', 'zstd', 'gzip']
const SUFFIX: Record<ContentCoding, string> = { br: '.br', zstd: '.zst', gzip: '.gz' }

/** Where files are served from, and how. */
export interface FileSource {
  /** Absolute, without symbolic links. */
  root: string
  /** Files up to this size are read at once, in bytes. */
  keepBytes: number
  typeOf: TypeOf
}

/** Opens a path if it is a file, lies in the root after all symbolic links are resolved, and is readable. */
export async function openEntry(
  { root, keepBytes, typeOf }: FileSource,
  path: string,
  coding?: ContentCoding,
): Promise<FileEntry | undefined> {
  let handle: FileHandle | undefined
  try {
    const real = await realpath(coding ? path + SUFFIX[coding] : path)
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined
    handle = await open(real)
    const stat = await handle.stat({ bigint: true })
    if (!stat.isFile()) return undefined
    const entry = { path: real, type: typeOf(path), coding, bytes: undefined, ...stateOf(stat, coding) }
    return stat.size <= keepBytes ? await readWhole(handle, entry) : entry
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw error
  } finally {
    await handle?.close()
  }
}

/** The precompressed variants next to a file: `app.js.br`, `app.js.gz`, `app.js.zst`. */
export async function openVariants(source: FileSource, path: string): Promise<FileEntry[]> {
  const variants = await Promise.all(CODINGS.map(coding => openEntry(source, path, coding)))
  return variants.filter(variant => variant !== undefined)
}

/**
 * Opens a known file for its content. If it was replaced meanwhile, the replacement gets its own entry, so that content,
 * tag and length always belong to one state.
 *
 * @returns undefined if the file is gone, also if a symbolic link has taken its place
 */
export async function openCurrent(known: FileEntry): Promise<{ entry: FileEntry; handle: FileHandle } | undefined> {
  let handle: FileHandle | undefined
  try {
    handle = await open(known.path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    const stat = await handle.stat({ bigint: true })
    if (!stat.isFile()) {
      await handle.close()
      return undefined
    }
    const state = stateOf(stat, known.coding)
    if (state.stamp === known.stamp) return { entry: known, handle }
    const { path, type, coding } = known
    return { entry: { path, type, coding, bytes: undefined, ...state }, handle }
  } catch (error) {
    await handle?.close()
    if (isAbsence(error)) return undefined
    throw error
  }
}

/** Whether an open file is still in this state. A file that has grown since is, as far as it is sent. */
export async function isSame(handle: FileHandle, entry: FileEntry): Promise<boolean> {
  const stat = await handle.stat({ bigint: true })
  return stampOf(stat) === entry.stamp || stat.size > entry.size
}

export function stampOf({ mtimeNs, size, ino }: Pick<BigIntStats, 'mtimeNs' | 'size' | 'ino'>): string {
  return `${mtimeNs.toString(36)}-${size.toString(36)}-${ino.toString(36)}`
}

function stateOf(
  stat: BigIntStats,
  coding: ContentCoding | undefined,
): KnownValidators & { size: number; stamp: string } {
  const { size, mtimeNs } = stat
  const tag = `${mtimeNs.toString(36)}-${size.toString(36)}`
  return {
    size: Number(size),
    stamp: stampOf(stat),
    etag: `"${coding ? `${tag}-${coding}` : tag}"`,
    modified: Math.floor(Number(mtimeNs / 1_000_000_000n)) * 1000,
  }
}

/** A file that is written to while it is read is read again; one that keeps changing is sent as it comes. */
async function readWhole(handle: FileHandle, entry: FileEntry): Promise<FileEntry> {
  let current = entry
  for (let attempt = 0; attempt < 3; attempt++) {
    const bytes = Buffer.allocUnsafeSlow(current.size)
    const filled = await fill(handle, bytes)
    const stat = await handle.stat({ bigint: true })
    const state = stateOf(stat, entry.coding)
    if (filled && state.stamp === current.stamp) return { ...current, bytes }
    current = { ...current, ...state }
  }
  return current
}

async function fill(handle: FileHandle, bytes: Buffer): Promise<boolean> {
  let filled = 0
  while (filled < bytes.length) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, filled)
    if (bytesRead === 0) return false
    filled += bytesRead
  }
  return true
}

/** Errors that mean "no such file" to a client, which must not learn which of them it was. */
function isAbsence(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'EINVAL'].includes(code)
}
