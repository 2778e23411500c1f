import type { Context } from '../context.ts'
import { httpError } from '../errors.ts'
import { evaluateConditions, isConditional, parseDate } from './conditions.ts'
import { Reply } from './reply.ts'
import { setField } from './response-fields.ts'

/** The fields that a 304 sends about the representation that the client has (RFC 9110, section 15.4.5). */
const NOT_IN_304 = [
  ...['Accept-Ranges', 'Content-Disposition', 'Content-Encoding', 'Content-Language', 'Content-Length'],
  ...['Content-Digest', 'Content-MD5', 'Digest', 'Repr-Digest'],
] as const

/**
 * Applies the request's preconditions to a response: a 2xx to GET or HEAD with an ETag or Last-Modified becomes 304 if the
 * client already has it, and 412 if it asked for another state (RFC 9110, section 13). For other methods it would be too
 * late to undo their effect: their handlers call `c.fresh()` before they act.
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
  // A copy, because a program may return the same response again and again.
  const bare = new Reply(null, '', 304)
  if (reply._list !== null) for (const [name, value] of reply._list.clone()) bare.headers.append(name, value)
  for (const name of NOT_IN_304) {
    if (setField(c, bare, name) === undefined) continue
    bare.headers.delete(name)
    c.res.headers.delete(name)
  }
  return bare
}
