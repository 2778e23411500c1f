import { Readable } from 'node:stream'
import { JSON_TYPE, TEXT_TYPE } from '../clock.ts'
import type { Context } from '../context.ts'
import { httpError } from '../errors.ts'
import { BYTES_TYPE, bytesOf, isBytes, Reply, type StreamBody } from './reply.ts'
import { webReply } from './web-reply.ts'

/**
 * Converts a handler's result to a response. Middleware that must see or change a response calls it on the result of the
 * handler it wraps, and returns the outcome.
 *
 * A string is text; a Buffer, ArrayBuffer, view or Blob is bytes; a stream, async iterable or web Response is kept; every
 * other value is sent as JSON. Throws Errors, `response_missing` for undefined, and `response_not_json` for values that
 * JSON would turn into `{}`, such as a Map, and for a BigInt unless the option `json.bigint` says how to encode it.
 */
export function toReply(c: Context, result: unknown): Reply {
  if (result instanceof Reply) return result
  if (typeof result === 'string') return new Reply(result, plainType(c, TEXT_TYPE))
  if (typeof result === 'object' && result !== null) return objectReply(c, result)
  if (result === undefined) throw httpError('response_missing', { method: c.req.method, path: c.req.path })
  return jsonReply(c, result)
}

/** The response for any JSON value that a handler returns. */
function jsonReply(c: Context, value: unknown): Reply {
  return new Reply(c._json(value), plainType(c, JSON_TYPE))
}

/** The Content-Type of a result that has none of its own: the one that was set for the response, else the default. */
function plainType(c: Context, usual: string): string {
  return c._response?.headers.get('content-type') ?? usual
}

function objectReply(c: Context, value: object): Reply {
  if (isBytes(value)) return new Reply(bytesOf(value), plainType(c, BYTES_TYPE))
  if (isStream(value)) return new Reply(value, plainType(c, BYTES_TYPE))
  if (value instanceof Error) throw value
  if (value instanceof Response) return webReply(value, c.req.method === 'HEAD')
  if (value instanceof Blob) return blobReply(c, value)
  return jsonReply(c, value)
}

function blobReply(c: Context, blob: Blob): Reply {
  const reply = new Reply(blob.stream(), plainType(c, blob.type || BYTES_TYPE))
  reply.length = blob.size
  return reply
}

export function isStream(value: object): value is StreamBody {
  return value instanceof Readable || value instanceof ReadableStream || Symbol.asyncIterator in value
}

/** Whether an object becomes JSON: the one question of the fast path. */
export function isPlainJson(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Array.prototype || (prototype === Object.prototype && !(Symbol.asyncIterator in value))
}
