import type { Context } from '../context.ts'
import { httpError } from '../errors.ts'
import { evaluateConditions, isConditional, parseDate } from './conditions.ts'
import { Reply } from './reply.ts'
import { setField } from './response-fields.ts'

/** What a 304 says of the representation that the client has: nothing that it could not know (RFC 9110, section 15.4.5). */
const NOT_IN_304 = [
  ...['Accept-Ranges', 'Content-Disposition', 'Content-Encoding', 'Content-Language', 'Content-Length'],
  ...['Content-Digest', 'Content-MD5', 'Digest', 'Repr-Digest'],
] as const

/**
 * The response as the preconditions of its request make it: a 2xx to GET or HEAD with an ETag or Last-Modified becomes 304
 * where the client has it already, and 412 where it asked for another state (RFC 9110, section 13). What other methods
 * have done cannot be undone by then: their handlers ask `c.fresh()` before they act.
 *
 * @throws HttpError precondition_failed (412)
 */
export function conditioned(c: Context, reply: Reply): Reply {
  const { method } = c.req
  if (reply.isConditioned || (method !== 'GET' && method !== 'HEAD')) return reply
  const status = reply.status === 0 ? (c._response?.status ?? 200) : reply.status
  if (status < 200 || status > 299) return reply
  const etag = setField(c, reply, 'etag')
  const modified = setField(c, reply, 'last-modified')
  if ((etag === undefined && modified === undefined) || !isConditional(c.req)) return reply
  const result = evaluateConditions(c.req, { etag, modified: parseDate(modified) })
  if (result === 412) throw httpError('precondition_failed')
  return result === 304 ? notModified(c, reply) : reply
}

function notModified(c: Context, reply: Reply): Reply {
  // A copy: the response may be one that a program gives again and again.
  const bare = new Reply(null, '', 304)
  if (reply._list !== null) for (const [name, value] of reply._list.clone()) bare.headers.append(name, value)
  for (const name of NOT_IN_304) {
    if (setField(c, bare, name) === undefined) continue
    bare.headers.delete(name)
    c.res.headers.delete(name)
  }
  return bare
}
