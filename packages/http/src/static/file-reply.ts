import type { FileHandle } from 'node:fs/promises'
import { HttpError } from '@arlen/core'
import { httpError } from '../errors.ts'
import type { HttpRequest } from '../request.ts'
import { allowsRange, evaluateConditions } from '../response/conditions.ts'
import { HeaderBlock } from '../response/header-block.ts'
import { Reply } from '../response/reply.ts'
import { type FileEntry, openCurrent } from './file-entry.ts'
import { FileStream } from './file-stream.ts'
import { parseRange } from './range.ts'

/** Fields that could make the response differ from the whole file. */
const CONDITIONAL = /\r\n(?:if-(?:match|none-match|modified-since|unmodified-since|range)|range):/i

/**
 * The response to a GET or HEAD for a state of a file: 200, or 206, 304, 412, 416 according to the request's preconditions
 * and range (RFC 9110, sections 13 and 14). Undefined if the file has disappeared since it was checked.
 */
export function fileReply(
  req: HttpRequest,
  entry: FileEntry,
  cacheControl: string,
  varies: boolean,
): Reply | Promise<Reply | undefined> {
  return entry.bytes === undefined
    ? replyFromDisk(req, entry, cacheControl, varies)
    : replyTo(req, entry, null, cacheControl, varies)
}

/** The same for a file that is too large to cache; undefined if it has disappeared. */
async function replyFromDisk(
  req: HttpRequest,
  known: FileEntry,
  cacheControl: string,
  varies: boolean,
): Promise<Reply | undefined> {
  const current = await openCurrent(known)
  if (current === undefined) return undefined
  let reply: Reply | undefined
  try {
    reply = replyTo(req, current.entry, current.handle, cacheControl, varies)
  } finally {
    if (!(reply?.body instanceof FileStream)) await current.handle.close()
  }
  return reply
}

function replyTo(
  req: HttpRequest,
  entry: FileEntry,
  handle: FileHandle | null,
  cacheControl: string,
  varies: boolean,
): Reply {
  if (entry.bytes !== undefined && !CONDITIONAL.test(req._head))
    return wholeReply(entry, entry.bytes, cacheControl, varies)
  const status = evaluateConditions(req, entry)
  if (status === 412) throw httpError('precondition_failed')
  if (status === 304) {
    // Type and length are not sent, but tell middleware what the whole response would have been.
    const reply = new Reply(null, entry.type, 304)
    reply.length = entry.size
    return describe(reply, entry, cacheControl, varies)
  }

  // Ranges count bytes of one coding; part of a compressed file is useless.
  const field = req.method === 'GET' && entry.coding === undefined ? req.header('range') : undefined
  const range = field !== undefined && allowsRange(req, entry) ? parseRange(field, entry.size) : undefined
  if (range === 'unsatisfiable') {
    throw new HttpError(416, 'range_not_satisfiable', {
      headers: { 'Content-Range': `bytes */${entry.size}`, ...(varies && { Vary: 'Accept-Encoding' }) },
    })
  }
  const { start, end } = range ?? { start: 0, end: entry.size }
  const reply = new Reply(contentOf(entry, handle, start, end, req.method === 'HEAD'), entry.type, range ? 206 : 200)
  reply.length = end - start
  if (range) reply.headers.set('Content-Range', `bytes ${start}-${end - 1}/${entry.size}`)
  if (entry.coding) reply.headers.set('Content-Encoding', entry.coding)
  else reply.headers.set('Accept-Ranges', 'bytes')
  return describe(reply, entry, cacheControl, varies)
}

/** The one response that most requests get: its header fields are written once for each state of the file. */
function wholeReply(entry: FileEntry, bytes: Buffer, cacheControl: string, varies: boolean): Reply {
  const reply = new Reply(bytes, entry.type)
  reply.isConditioned = true
  if (entry.fields === undefined) {
    const described = describe(new Reply(null, ''), entry, cacheControl, varies)
    if (entry.coding) described.headers.set('Content-Encoding', entry.coding)
    else described.headers.set('Accept-Ranges', 'bytes')
    entry.fields = new HeaderBlock(described.headers)
  }
  reply.useBlock(entry.fields)
  return reply
}

function describe(reply: Reply, entry: FileEntry, cacheControl: string, varies: boolean): Reply {
  reply.isConditioned = true
  reply.headers.set('ETag', entry.etag).set('Last-Modified', new Date(entry.modified).toUTCString())
  if (cacheControl !== '') reply.headers.set('Cache-Control', cacheControl)
  if (varies) reply.headers.set('Vary', 'Accept-Encoding')
  return reply
}

function contentOf(
  entry: FileEntry,
  handle: FileHandle | null,
  start: number,
  end: number,
  headOnly: boolean,
): Reply['body'] {
  if (start === end) return null
  if (entry.bytes) return start === 0 && end === entry.size ? entry.bytes : entry.bytes.subarray(start, end)
  return headOnly || handle === null ? null : new FileStream(handle, entry, start, end)
}
