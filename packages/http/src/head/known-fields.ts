import type { HttpErrorCode } from '../errors.ts'
import { isHost, TCHAR } from './grammar.ts'
import type { Head } from './head.ts'

/** A field that decides how the message or its body is read; 0 is any other field, which is decoded only on request. */
export type KnownField = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8

const HOST = 1
const CONNECTION = 2
const CONTENT_LENGTH = 3
export const TRANSFER_ENCODING = 4
const EXPECT = 5
const UPGRADE = 6
const CONTENT_TYPE = 7
const CONTENT_ENCODING = 8

/** Names are distinguished by length and first letter, so that unknown fields cost one switch. */
export function knownField(bytes: Uint8Array, start: number, end: number): KnownField {
  const first = bytes[start]! | 0x20
  switch (end - start) {
    case 4:
      return first === 0x68 && equals(bytes, start, 'host') ? HOST : 0
    case 6:
      return first === 0x65 && equals(bytes, start, 'expect') ? EXPECT : 0
    case 7:
      return first === 0x75 && equals(bytes, start, 'upgrade') ? UPGRADE : 0
    case 10:
      return first === 0x63 && equals(bytes, start, 'connection') ? CONNECTION : 0
    case 12:
      return first === 0x63 && equals(bytes, start, 'content-type') ? CONTENT_TYPE : 0
    case 14:
      return first === 0x63 && equals(bytes, start, 'content-length') ? CONTENT_LENGTH : 0
    case 16:
      return first === 0x63 && equals(bytes, start, 'content-encoding') ? CONTENT_ENCODING : 0
    case 17:
      return first === 0x74 && equals(bytes, start, 'transfer-encoding') ? TRANSFER_ENCODING : 0
    default:
      return 0
  }
}

/** Reads the value between `start` and `end`, already trimmed, into the head. */
export function readKnownField(
  field: KnownField,
  head: Head,
  bytes: Uint8Array,
  start: number,
  end: number,
  base: number,
): HttpErrorCode | null {
  switch (field) {
    case HOST:
      if (++head.hosts > 1 || !isHost(bytes, start, end)) return 'host_invalid'
      head.hostStart = start - base
      head.hostEnd = end - base
      return null
    case CONTENT_LENGTH:
      return readContentLength(head, bytes, start, end)
    case TRANSFER_ENCODING:
      // Exactly `chunked`, once (RFC 9112, sections 6.1 and 7): peers could read any other coding list differently.
      if (head.chunked || end - start !== 7 || !equals(bytes, start, 'chunked')) return 'framing_invalid'
      head.chunked = true
      return null
    case CONNECTION:
      readConnection(head, bytes, start, end)
      return null
    case EXPECT:
      if (head.expectContinue || end - start !== 12 || !equals(bytes, start, '100-continue')) {
        // HTTP/1.0 has no expectations: the field is ignored (RFC 9110, section 10.1.1).
        return head.minor === 0 ? null : 'expectation_failed'
      }
      head.expectContinue = head.minor === 1
      return null
    case CONTENT_TYPE:
      head.types++
      head.typeStart = start - base
      head.typeEnd = end - base
      return null
    case CONTENT_ENCODING:
      head.coded = true
      return null
    default:
      head.upgradeField = true
      return null
  }
}

/** 1*DIGIT, once, and small enough to be an exact number (RFC 9110, section 8.6; RFC 9112, section 6.3). */
function readContentLength(head: Head, bytes: Uint8Array, start: number, end: number): HttpErrorCode | null {
  if (head.contentLength >= 0 || start === end) return 'framing_invalid'
  let value = 0
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - 0x30
    if (digit < 0 || digit > 9) return 'framing_invalid'
    value = value * 10 + digit
    if (value > Number.MAX_SAFE_INTEGER) return 'framing_invalid'
  }
  head.contentLength = value
  return null
}

/**
 * #connection-option (RFC 9110, section 7.6.1). A value that is not a list of tokens closes the connection after the
 * response.
 */
function readConnection(head: Head, bytes: Uint8Array, start: number, end: number): void {
  let i = start
  while (i < end) {
    const from = i
    while (i < end && TCHAR[bytes[i]!] === 1) i++
    if (i - from === 5 && equals(bytes, from, 'close')) head.close = true
    else if (i - from === 10 && equals(bytes, from, 'keep-alive')) head.keepAlive = true
    else if (i - from === 7 && equals(bytes, from, 'upgrade')) head.upgradeOption = true
    while (i < end && (bytes[i] === 0x20 || bytes[i] === 0x09)) i++
    if (i === end) return
    if (bytes[i] !== 0x2c) {
      head.close = true
      return
    }
    i++
    while (i < end && (bytes[i] === 0x20 || bytes[i] === 0x09)) i++
  }
}

/** Compares letters and hyphens in any case; `name` is lower case and has the right length. */
function equals(bytes: Uint8Array, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i++) if ((bytes[start + i]! | 0x20) !== name.charCodeAt(i)) return false
  return true
}
