import { type FileHandle, open, realpath } from 'node:fs/promises'
import { extname, sep } from 'node:path'
import { lookup } from 'mrmime'
import type { HeaderBlock } from '../answer/header-block.ts'
import type { Validators } from './conditions.ts'

/** A state of a file: what is needed to answer for it, and to notice that it has changed. */
export interface FileEntry extends Validators {
  /** Absolute, without symbolic links. */
  path: string
  size: number
  /** Value of Content-Type. */
  type: string
  coding: ContentCoding | undefined
  /** Identifies the state in the file system. */
  stamp: string
  /** The content, where it is small enough to be kept. */
  bytes: Buffer | undefined
  /** What its answers say about it, once that was written. */
  fields?: HeaderBlock
}

/** Content codings (RFC 9110, section 8.4.1) of files that were compressed beforehand. */
type ContentCoding = 'br' | 'zstd' | 'gzip'

/** Best first. */
const CODINGS: readonly ContentCoding[] = ['br', 'zstd', 'gzip']
const SUFFIX: Record<ContentCoding, string> = { br: '.br', zstd: '.zst', gzip: '.gz' }

/**
 * Opens a file if it is one, lies in `root` once every symbolic link is resolved, and may be read.
 *
 * @param root - absolute, without symbolic links
 * @param keepBytes - files up to this size are read at once
 */
export async function openEntry(
  root: string,
  path: string,
  keepBytes: number,
  coding?: ContentCoding,
): Promise<FileEntry | undefined> {
  let handle: FileHandle | undefined
  try {
    const real = await realpath(coding ? path + SUFFIX[coding] : path)
    if (!real.startsWith(root.endsWith(sep) ? root : root + sep)) return undefined
    handle = await open(real)
    const stat = await handle.stat({ bigint: true })
    if (!stat.isFile()) return undefined
    const { size, mtimeNs, ino } = stat
    const bytes = size <= keepBytes ? await readWhole(handle, Number(size)) : undefined
    if (bytes === null) return undefined
    const tag = `${mtimeNs.toString(36)}-${size.toString(36)}`
    return {
      path: real,
      size: Number(size),
      type: contentType(path),
      coding,
      stamp: `${tag}-${ino.toString(36)}`,
      etag: `"${coding ? `${tag}-${coding}` : tag}"`,
      modified: Math.floor(Number(mtimeNs / 1_000_000_000n)) * 1000,
      bytes,
    }
  } catch (error) {
    if (isAbsence(error)) return undefined
    throw error
  } finally {
    await handle?.close()
  }
}

/** The precompressed forms of a file that stand beside it: `app.js.br`, `app.js.gz`, `app.js.zst`. */
export async function openVariants(root: string, path: string, keepBytes: number): Promise<FileEntry[]> {
  const variants = await Promise.all(CODINGS.map(coding => openEntry(root, path, keepBytes, coding)))
  return variants.filter(variant => variant !== undefined)
}

/** Null where the file changes while it is read: the next request will see what becomes of it. */
async function readWhole(handle: FileHandle, size: number): Promise<Buffer | null> {
  const bytes = Buffer.allocUnsafeSlow(size)
  let filled = 0
  while (filled < size) {
    const { bytesRead } = await handle.read(bytes, filled, size - filled, filled)
    if (bytesRead === 0) return null
    filled += bytesRead
  }
  return bytes
}

/** Errors that mean "no such file" to a client: which of them it is, is none of its business. */
function isAbsence(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  return ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG', 'EINVAL'].includes(code)
}

export function contentType(path: string): string {
  const type = lookup(extname(path)) ?? 'application/octet-stream'
  const isText =
    type.startsWith('text/') || /^application\/(?:javascript|json|xml|manifest\+json)$|[+/](?:json|xml)$/.test(type)
  return isText ? `${type}; charset=utf-8` : type
}
