import { parse, resolve } from 'node:path'
import { HttpError } from '@arlen/core'
import type { Reply } from '../answer/reply.ts'
import type { Request } from '../request.ts'
import { openEntry } from './file-entry.ts'
import { fileReply } from './file-reply.ts'

export interface FileOptions {
  /** Content-Type; by default told by the name. */
  type?: string
  /** Cache-Control. Default `no-cache`: kept, but asked for every time. */
  cacheControl?: string
  /** Offers the file for saving under this name, or (true) its own. */
  download?: string | true
}

/** Files up to this size are read at once and leave in one piece with the head. */
const WHOLE_BYTES = 64 * 1024

/**
 * A file as an answer, with validators, conditions and ranges. The path is the program's own: what a client may name goes
 * through `serveStatic`. Rejects with a 404 where there is no such file.
 */
export async function answerFile(req: Request, path: string, options: FileOptions = {}): Promise<Reply> {
  const absolute = resolve(path)
  const entry = await openEntry(parse(absolute).root, absolute, WHOLE_BYTES)
  if (entry === undefined) throw new HttpError(404)
  if (options.type !== undefined) entry.type = options.type
  const reply = fileReply(req, entry, options.cacheControl ?? 'no-cache', false)
  if (options.download !== undefined) reply.headers.set('Content-Disposition', disposition(absolute, options.download))
  return reply
}

/** Names a file for saving, in US-ASCII and, where that is not the name, in UTF-8 (RFC 6266; RFC 8187). */
function disposition(path: string, download: string | true): string {
  const name = (download === true ? parse(path).base : download).toWellFormed()
  const plain = name.replace(/[^\x20-\x7e]|["\\%/]/g, '_')
  if (plain === name) return `attachment; filename="${plain}"`
  const encoded = encodeURIComponent(name).replace(/['()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
