import { join, parse, resolve } from 'node:path'
import { HttpError } from '@arlen/core'
import { invalidOption, type OptionTable, option, readOptions } from '@arlen/core/options'
import type { HttpRequest } from '../request.ts'
import type { Reply } from '../response/reply.ts'
import { typesByName } from './content-type.ts'
import { openEntry } from './file-entry.ts'
import { fileReply } from './file-reply.ts'
import { isSafeName } from './safe-path.ts'
import { rootOf } from './static-root.ts'

/** Options of `c.file()`. */
export interface FileOptions {
  /**
   * The folder that contains the name, for names that a client can choose. A path that leaves it, by `..`, as an absolute
   * path or through a symbolic link, or that begins with a dot, is 404.
   */
  root?: string
  /** Content-Type. Default: derived from the name. */
  type?: string
  /** Cache-Control. Default `no-cache`: cached, but revalidated every time. */
  cacheControl?: string
  /** Offers the file for download under this name, or (true) under its own. */
  download?: string | true
}

const OPTIONS: OptionTable<FileOptions> = {
  root: option.any,
  type: option.text,
  cacheControl: option.text,
  download: option.either(option.text, option.oneOf(true)),
}

/** Files up to this size are read at once and sent in one piece with the head. */
const WHOLE_BYTES = 64 * 1024

const typeOf = typesByName()

/**
 * A file as a response, with validators, preconditions and ranges. Without a root, the program chooses the path. Rejects
 * with 404 if the file does not exist, and with static_folder_missing if the root does not exist.
 */
export async function answerFile(req: HttpRequest, name: string, options: FileOptions = {}): Promise<Reply> {
  readOptions('c.file()', options, OPTIONS)
  const absolute = options.root === undefined && !('root' in options) ? resolve(name) : undefined
  const root = absolute === undefined ? folderOf(options.root) : parse(absolute).root
  if (absolute === undefined && (name === '' || !isSafeName(name))) throw new HttpError(404)
  const entry = await openEntry({ root, keepBytes: WHOLE_BYTES, typeOf }, absolute ?? join(root, name))
  if (entry === undefined) throw new HttpError(404)
  if (options.type !== undefined) entry.type = options.type
  const reply = await fileReply(req, entry, options.cacheControl ?? 'no-cache', false)
  if (reply === undefined) throw new HttpError(404)
  if (options.download !== undefined)
    reply.headers.set('Content-Disposition', disposition(absolute ?? name, options.download))
  return reply
}

/** A missing setting must not give access to every file. */
function folderOf(root: string | undefined): string {
  if (typeof root === 'string') return rootOf(root)
  throw invalidOption('c.file()', 'root', `is ${root}: leave it out or name a folder`)
}

/** Names a file for download, in US-ASCII and, if that differs from the name, in UTF-8 (RFC 6266; RFC 8187). */
function disposition(path: string, download: string | true): string {
  const name = (download === true ? parse(path).base : download).toWellFormed()
  const plain = name.replace(/[^\x20-\x7e]|["\\%/]/g, '_')
  if (plain === name) return `attachment; filename="${plain}"`
  const encoded = encodeURIComponent(name).replace(/['()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
