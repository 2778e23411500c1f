import type { HttpErrorCode } from '../errors.ts'
import type { Head } from '../head/head.ts'

/** The length of a request body in bytes, or one of these constants. */
export const CHUNKED = -1

/**
 * How the body of a request is delimited (RFC 9112, section 6.3), or the code of its rejection. Messages with both
 * framings, or with chunks in HTTP/1.0, are used to smuggle requests past proxies: they are rejected, never repaired.
 */
export function bodyFraming(head: Head): number | HttpErrorCode {
  if (head.chunked) return head.contentLength >= 0 || head.minor === 0 ? 'framing_invalid' : CHUNKED
  return Math.max(head.contentLength, 0)
}
