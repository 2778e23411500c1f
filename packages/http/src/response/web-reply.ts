import { Readable } from 'node:stream'
import { httpError } from '../errors.ts'
import { isFormOfOurs, readToEnd } from './form-response.ts'
import { Reply, type StreamBody } from './reply.ts'

/** Fields of one connection (RFC 9110, section 7.6.1; RFC 9112), and the length, which is looked at apart. */
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

/** What is said of content in a coding, and is true of it no longer once the coding is off. */
const OF_THE_CODED: ReadonlySet<string> = new Set([
  'accept-ranges',
  'content-digest',
  'content-encoding',
  'content-md5',
  'digest',
  'repr-digest',
])

/** Codings that `fetch` takes off, unless there is another among them. */
const UNPACKED: ReadonlySet<string> = new Set(['gzip', 'x-gzip', 'deflate', 'br', ...(unpacksZstd() ? ['zstd'] : [])])

/** undici before 7.11, and so the fetch of Node.js 22, leaves zstd as it is. */
function unpacksZstd(): boolean {
  return Number(process.versions.undici?.split('.')[0] ?? 0) >= 7
}

/**
 * A web Response as a response: its status, its fields but those of its connection, its body as it is read. What `fetch`
 * gives says how the body was sent, but reads without that coding, so the fields that were about it go, and a strong tag
 * becomes a weak one.
 *
 * @param isHead - the response has no content, but the length that a GET would have got
 */
export function webReply(response: Response, isHead: boolean): Reply {
  if (response.bodyUsed) throw httpError('stream_incomplete')
  const { headers } = response
  const unpacked = isUnpacked(response)
  const body = isFormOfOurs(response) ? readToEnd(response) : (response.body as StreamBody | null)
  const reply = new Reply(body, '', response.status)
  const length = headers.get('content-length')
  // A body that a program took from elsewhere may be unpacked too: its length is known when it has been read.
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

/** One that a program made itself has no address, and what it says of its body is so. */
function isFetched(response: Response): boolean {
  return response.url !== ''
}

function isUnpacked(response: Response): boolean {
  const codings = response.headers.get('content-encoding')?.toLowerCase().split(',') ?? []
  return codings.length > 0 && isFetched(response) && codings.every(coding => UNPACKED.has(coding.trim()))
}
