import { Readable } from 'node:stream'
import { httpError } from '../errors.ts'
import { isFormOfOurs, readToEnd } from './form-response.ts'
import { Reply, type StreamBody } from './reply.ts'

/** Fields of one connection (RFC 9110, section 7.6.1; RFC 9112), and the length, which is handled separately. */
const CONNECTION_FIELDS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Fields that describe encoded content and are wrong once the coding is removed. */
const OF_THE_CODED: ReadonlySet<string> = new Set([
  'accept-ranges',
  'content-digest',
  'content-encoding',
  'content-md5',
  'digest',
  'repr-digest',
])

/** Codings that `fetch` removes, unless there is another one among them. */
const UNPACKED: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'br', ...(unpacksZstd() ? ['zstd'] : [])])

/** undici before 7.11, and so the fetch of Node.js 22, does not decode zstd. */
function unpacksZstd(): boolean {
  return Number(process.versions.undici?.split('.')[0] ?? 0) >= 7
}

/**
 * A web Response as a response: its status, its fields except those of its connection, its body as it is read. The fields
 * of a fetched response describe the encoded body, but it reads as decoded; so the fields about the coding are dropped, and
 * a strong tag becomes weak.
 *
 * @param isHead - the response has no content, but the length of the GET response
 */
export function webReply(response: Response, isHead: boolean): Reply {
  if (response.bodyUsed) throw httpError('stream_incomplete')
  const { headers } = response
  const unpacked = isUnpacked(response)
  const body = isFormOfOurs(response) ? readToEnd(response) : (response.body as StreamBody | null)
  const reply = new Reply(body, '', response.status)
  const length = headers.get('content-length')
  // A fetched body may have been decoded, so its length is known only once it has been read.
  const isExact = isFetched(response) ? !unpacked : !headers.has('content-encoding')
  if (length !== null && isExact) reply.length = Number(length)
  else if (isHead && reply.body === null && isFetched(response)) reply.body = Readable.from([])
  const hop = new Set(
    headers
      .get('connection')
      ?.toLowerCase()
      .split(/[ ,\t]+/),
  )
  for (const [name, value] of headers) {
    if (name === 'content-type') reply.type = value
    else if (name === 'set-cookie') reply.headers.append(name, value)
    else if (name === 'etag' && unpacked) reply.headers.set(name, value.replace(/^"/, 'W/"'))
    else if (!CONNECTION_FIELDS.has(name) && !hop.has(name) && !(unpacked && OF_THE_CODED.has(name))) {
      reply.headers.set(name, value)
    }
  }
  return reply
}

/** A Response that a program created has no URL, and its fields describe its body correctly. */
function isFetched(response: Response): boolean {
  return response.url !== ''
}

function isUnpacked(response: Response): boolean {
  const codings = response.headers.get('content-encoding')?.toLowerCase().split(',') ?? []
  return codings.length > 0 && isFetched(response) && codings.every(coding => UNPACKED.has(coding.trim()))
}
