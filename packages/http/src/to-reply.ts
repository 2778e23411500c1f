import { Readable } from 'node:stream'
import { JSON_TYPE, TEXT_TYPE } from './clock.ts'
import { type Context, stringify } from './context.ts'
import { httpError } from './errors.ts'
import { Reply, type StreamBody } from './reply.ts'

/**
 * The answer that a handler's result stands for. Middleware that must see or change an answer calls it on the result of
 * the handler it wraps, and returns what it made of it.
 *
 * A string is text, a Buffer or Uint8Array bytes, a stream, async iterable or web Response itself; every other JSON value
 * is sent as JSON. Throws what is an Error, and `no_answer` for undefined.
 */
export function toReply(c: Context, result: unknown): Reply {
  if (result instanceof Reply) return result
  if (typeof result === 'string') return new Reply(result, TEXT_TYPE)
  if (typeof result === 'object' && result !== null) return objectReply(result)
  if (result === undefined) throw httpError('no_answer', { method: c.req.method, path: c.req.path })
  return new Reply(stringify(result), JSON_TYPE)
}

function objectReply(value: object): Reply {
  if (value instanceof Uint8Array) return new Reply(value, 'application/octet-stream')
  if (isStream(value)) return new Reply(value, 'application/octet-stream')
  if (value instanceof Error) throw value
  if (value instanceof Response) return webReply(value)
  return new Reply(stringify(value), JSON_TYPE)
}

export function isStream(value: object): value is StreamBody {
  return value instanceof Readable || value instanceof ReadableStream || Symbol.asyncIterator in value
}

/** Whether JSON is what an object becomes: the one question the fast path asks. */
export function isPlainJson(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === Array.prototype
}

const CONNECTION_FIELDS = new Set([
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'trailer',
  'te',
  'content-length',
])

function webReply(response: Response): Reply {
  const reply = new Reply(response.body as StreamBody | null, '', response.status)
  const length = response.headers.get('content-length')
  // A decoded body no longer has the length its header says.
  if (length !== null && !response.headers.has('content-encoding')) reply.length = Number(length)
  for (const [name, value] of response.headers) {
    if (name === 'content-type') reply.type = value
    else if (name === 'set-cookie') reply.headers.append(name, value)
    else if (!CONNECTION_FIELDS.has(name)) reply.headers.set(name, value)
  }
  return reply
}
