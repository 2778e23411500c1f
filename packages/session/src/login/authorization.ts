import type { Context } from '@arlen/http'

/** The `Authorization` field of a request (RFC 9110, section 11.6.2). */
export interface Authorization {
  /** The authentication scheme in lower case: `bearer`. */
  readonly scheme: string
  /** What follows the scheme, trimmed. Empty if nothing does. */
  readonly credentials: string
}

/** Undefined if the request has no such field. Runs in linear time. */
export function readAuthorization(c: Context): Authorization | undefined {
  const field = c.req.header('authorization')
  if (field === undefined) return undefined
  const space = field.indexOf(' ')
  if (space === -1) return { scheme: field.toLowerCase(), credentials: '' }
  return { scheme: field.slice(0, space).toLowerCase(), credentials: field.slice(space + 1).trim() }
}

/** Whether the text is a `token68` (RFC 9110, section 11.2), as bearer tokens must be (RFC 6750, section 2.1). */
export function isToken68(text: string): boolean {
  return /^[\w.~+/-]+=*$/.test(text)
}
