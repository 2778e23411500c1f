import { createReadStream } from 'node:fs'
import { STATUS_CODES } from 'node:http'
import { HttpError } from '@arlen/core'
import type { Context } from '../context.ts'
import { Reply } from '../reply.ts'
import { allowsRange, evaluateConditions } from './conditions.ts'
import type { FileEntry } from './file-entry.ts'
import { parseRange } from './range.ts'

/**
 * The answer to a GET or HEAD for a state of a file: 200, or 206, 304, 412, 416 as the request's preconditions and
 * range ask for (RFC 9110, sections 13 and 14).
 */
export function fileReply(c: Context, entry: FileEntry, cacheControl: string, varies: boolean): Reply {
  const status = evaluateConditions(c.req, entry)
  if (status === 412) throw new HttpError(412, 'precondition_failed', { detail: STATUS_CODES[412] })
  if (status === 304) return describe(new Reply(null, '', 304), entry, cacheControl, varies)

  // Ranges count bytes of one coding; a part of a compressed file is of no use to anybody.
  const field = c.req.method === 'GET' && entry.coding === undefined ? c.req.header('range') : undefined
  const range = field !== undefined && allowsRange(c.req, entry) ? parseRange(field, entry.size) : undefined
  if (range === 'unsatisfiable') {
    throw new HttpError(416, 'range_not_satisfiable', { headers: { 'Content-Range': `bytes */${entry.size}` } })
  }
  const { start, end } = range ?? { start: 0, end: entry.size }
  const reply = new Reply(contentOf(entry, start, end, c.req.method === 'HEAD'), entry.type, range ? 206 : 200)
  reply.length = end - start
  if (range) reply.headers.set('Content-Range', `bytes ${start}-${end - 1}/${entry.size}`)
  if (entry.coding) reply.headers.set('Content-Encoding', entry.coding)
  else reply.headers.set('Accept-Ranges', 'bytes')
  return describe(reply, entry, cacheControl, varies)
}

function describe(reply: Reply, entry: FileEntry, cacheControl: string, varies: boolean): Reply {
  reply.headers.set('ETag', entry.etag).set('Last-Modified', new Date(entry.modified).toUTCString())
  if (cacheControl !== '') reply.headers.set('Cache-Control', cacheControl)
  if (varies) reply.headers.set('Vary', 'Accept-Encoding')
  return reply
}

function contentOf(entry: FileEntry, start: number, end: number, headOnly: boolean): Reply['body'] {
  if (headOnly || start === end) return null
  if (entry.bytes) return start === 0 && end === entry.size ? entry.bytes : entry.bytes.subarray(start, end)
  return createReadStream(entry.path, { start, end: end - 1, highWaterMark: 256 * 1024 })
}
