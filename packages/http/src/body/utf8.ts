import { isUtf8 } from 'node:buffer'
import { httpError } from '../errors.ts'

// What `toString` calls, without its reading of the name of the encoding.
const { utf8Slice } = Buffer.prototype as unknown as { utf8Slice(this: Buffer, from: number, to: number): string }

const BYTE_ORDER_MARK = 0xfeff
const REPLACEMENT = '\ufffd'

/**
 * Text of a body, without a byte order mark. Octets that are not UTF-8 are `body_invalid`: replacing them could make
 * different bodies equal.
 */
export function decodeUtf8(bytes: Buffer, format: string, start = 0, end: number = bytes.length): string {
  const text = utf8Slice.call(bytes, start, end)
  // They have been decoded to this character, which few bodies have: a second pass over the bytes is seldom needed.
  if (text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end))) throw httpError('body_invalid', { format })
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text
}
