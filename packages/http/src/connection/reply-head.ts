import type { Context } from '../context.ts'
import type { Reply } from '../response/reply.ts'
import { responseFields, setField } from '../response/response-fields.ts'
import { type ResponseHead, UNKNOWN } from './exchange.ts'

/** @param length - of the content; see {@link ResponseHead} */
export function headOf(c: Context, reply: Reply, status: number, length: number): ResponseHead {
  const last = /\bclose\b/i.test(setField(c, reply, 'connection') ?? '')
  return { status, fields: responseFields(c, reply, status), length, last }
}

/** Whether the declared length of a response is valid. */
export function isLength(bytes: number): boolean {
  return Number.isSafeInteger(bytes) && bytes >= 0
}

/** The length of a stream that the application declared, as an option or as a header field; UNKNOWN without one. */
export function declaredLength(c: Context, reply: Reply): number {
  if (isLength(reply.length)) return reply.length
  const field = setField(c, reply, 'content-length')
  return field !== undefined && /^\d{1,15}$/.test(field) ? Number(field) : UNKNOWN
}

/** Content in pieces of at most `size` bytes. */
export async function* slices(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size)
}

/** Whether the response has nothing but its type and the prepared fields. */
export function isPlain(c: Context): boolean {
  return c._response === null && c.timings === undefined && c.req.method !== 'HEAD' && !c.req._hasId
}
