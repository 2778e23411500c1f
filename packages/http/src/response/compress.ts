import { pipeline, Readable } from 'node:stream'
import type { ReadableStream as WebStream } from 'node:stream/web'
import { after, defineMiddleware } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Context } from '../context.ts'
import { httpError } from '../errors.ts'
import type { Middleware } from '../handler.ts'
import { type ContentCoding, encodeBody, encodeStream } from './content-coding.ts'
import { negotiateCoding } from './negotiation.ts'
import { bytesOf, isBytes, type Reply, type StreamBody } from './reply.ts'
import { setField } from './response-fields.ts'
import { isStream, toReply } from './to-reply.ts'

/** Options of {@link compress}. */
export interface CompressOptions {
  /** Best first. Default zstd, br, gzip: ordered by cost at the speed used here. */
  codings?: readonly ContentCoding[]
  /** Smaller responses are not compressed, in bytes. Default 1024. */
  minBytes?: number
}

const CODINGS: readonly ContentCoding[] = ['zstd', 'br', 'gzip']

const OPTIONS: OptionTable<CompressOptions> = {
  codings: option.listOf(option.oneOf(...CODINGS)),
  minBytes: option.number(0),
}

const COMPRESSIBLE =
  /^(?:text\/(?!event-stream)|application\/(?:json|javascript|xml|wasm|x-ndjson|[\w.-]+\+(?:json|xml))|image\/svg\+xml|font\/(?:ttf|otf))/i

/**
 * Compresses responses for clients that accept it. Add it to routes, not to a whole application: a response that mixes a
 * secret with text chosen by an attacker reveals the secret through its length (BREACH), so do not compress a page with
 * both. Event streams, responses that already have a coding, and `Cache-Control: no-transform` are left alone.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export function compress(options: CompressOptions = {}): Middleware {
  const { codings = CODINGS, minBytes = 1024 } = readOptions('compress()', options, OPTIONS)
  return defineMiddleware(
    'compress()',
    next => c =>
      after(next(c), result => {
        const reply = toReply(c, result)
        if (!isCandidate(c, reply, minBytes)) return reply
        reply.headers.add('Vary', 'Accept-Encoding')
        const coding = negotiateCoding(c.req.header('accept-encoding'), codings)
        return coding === 'identity' ? reply : encode(c, reply, coding)
      }),
  )
}

function isCandidate(c: Context, reply: Reply, minBytes: number): boolean {
  const { body } = reply
  const status = statusOf(c, reply)
  if (status === 206 || status === 204) return false
  const type = reply.type === '' ? (setField(c, reply, 'content-type') ?? '') : reply.type
  if (!COMPRESSIBLE.test(type) || setField(c, reply, 'content-encoding') !== undefined) return false
  if (/\bno-transform\b/i.test(setField(c, reply, 'cache-control') ?? '')) return false
  // A response to HEAD, and a 304, have no content but the length of what they stand for.
  if (body === null) return reply.length >= minBytes
  if (typeof body === 'string' || body instanceof Uint8Array) return body.length >= minBytes
  return typeof body === 'object' && isStream(body)
}

/** When destroyed, it releases its source immediately, including a web stream that it waits for. */
function readable(body: StreamBody): Readable {
  if (body instanceof Readable) return body
  return body instanceof ReadableStream ? Readable.fromWeb(body as WebStream) : Readable.from(checked(body))
}

/** From an iterator that yields nothing and does not end, `Readable.from` would read forever and block everything else. */
function checked(body: AsyncIterable<Uint8Array | string>): AsyncIterable<Uint8Array | string> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = body[Symbol.asyncIterator]()
      return {
        async next() {
          const step = await iterator.next()
          if (step.done === true || typeof step.value === 'string') return step
          if (isBytes(step.value)) return { value: bytesOf(step.value) }
          throw httpError('response_unsupported', { type: `a stream of ${typeof step.value}` })
        },
        return: async value => (await iterator.return?.(value)) ?? { done: true, value },
      }
    },
  }
}

function statusOf(c: Context, reply: Reply): number {
  return reply.status === 0 ? c.res.status : reply.status
}

/** Fields that describe the uncompressed content and no longer hold: ranges, digests, length. */
const OF_THE_IDENTITY = ['accept-ranges', 'content-length', 'content-digest', 'repr-digest', 'digest', 'content-md5']

function encode(c: Context, reply: Reply, coding: ContentCoding): Reply | Promise<Reply> {
  // Another coding is another representation, with its own tag.
  const etag = setField(c, reply, 'etag')
  if (etag !== undefined) reply.headers.set('ETag', etag.replace(/"$/, `-${coding}"`))
  for (const name of OF_THE_IDENTITY) {
    if (setField(c, reply, name) === undefined) continue
    reply.headers.delete(name)
    if (c._response !== null || c._base !== null) c.res.headers.delete(name)
  }
  if (statusOf(c, reply) === 304) return reply
  reply.headers.set('Content-Encoding', coding)
  const { body } = reply
  if (body === null) {
    // HEAD: it must match GET, which does not know its length beforehand either.
    reply.body = Readable.from([])
    reply.length = -1
    return reply
  }
  if (typeof body === 'object' && body !== null && isStream(body)) {
    const packed = encodeStream(coding)
    // Its failure is the failure of the stream that is sent, and is reported there.
    pipeline(readable(body), packed, () => undefined)
    reply.body = packed
    reply.length = -1
    return reply
  }
  return encodeBody(body as string | Uint8Array, coding).then(packed => {
    reply.body = packed
    return reply
  })
}
