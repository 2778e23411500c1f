import type { Context } from '../context.ts'
import { httpError } from '../errors.ts'
import { isSendableValue } from '../head/grammar.ts'
import { joinLists } from './list-fields.ts'
import type { Reply } from './reply.ts'

/**
 * The fields of a response as they are in a head, `Name: value` CRLF for each, including those that the server adds. The
 * transport adds the fields for framing.
 */
export function responseFields(c: Context, reply: Reply, status: number): string {
  let fields = ''
  if (status !== 204 && status !== 304) {
    const type = contentType(c, reply)
    if (type !== '') fields += `Content-Type: ${type}\r\n`
  }
  fields += fieldLines(c, reply)
  if (c.req._hasId && setField(c, reply, 'x-request-id') === undefined) fields += `X-Request-Id: ${c.req.id}\r\n`
  if (c.timings !== undefined) {
    c.timings.lap('response_write')
    if (c.req._exchange.engine.sendsTimings) fields += `Server-Timing: ${c.timings.toServerTiming()}\r\n`
  }
  return fields
}

/** The type that the response declares, else the default that was set for responses without one. */
function contentType(c: Context, reply: Reply): string {
  const own = reply._list?.get('content-type') ?? reply.type
  if (own === '') return setField(c, reply, 'content-type') ?? ''
  // Fields are checked when they are set; a value that a program assigned to `type` is checked here.
  if (typeof own === 'string' && isSendableValue(own)) return own
  throw httpError('header_value_invalid', { name: 'Content-Type' })
}

/** Merges the fields: those of `c.res`, those of the response if both have one, and both if they are lists. */
function fieldLines(c: Context, reply: Reply): string {
  const own = reply._list
  const defaults = c._response?.headers ?? c._base?.list ?? null
  if (defaults === null) return reply._serialize()
  const joined = own === null ? null : joinLists(own, defaults)
  if (joined !== null) return defaults.serialize(own) + own!.serialize(joined) + joined.serialize()
  return (c._response === null ? c._base!.serialize(own) : defaults.serialize(own)) + reply._serialize()
}

/** A field as the application set it: on the response, else on `c.res`. */
export function setField(c: Context, reply: Reply, name: string): string | undefined {
  return reply._list?.get(name) ?? (c._response === null ? c._base?.get(name) : c._response.headers.get(name))
}
