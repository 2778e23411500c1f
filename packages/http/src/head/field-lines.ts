import type { HttpErrorCode } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { FIELD, TCHAR } from './grammar.ts'
import type { Head, HeadResult } from './head.ts'
import { type KnownField, knownField, readKnownField, TRANSFER_ENCODING } from './known-fields.ts'

const LINE_START = 0
const NAME = 1
const VALUE = 2
const VALUE_LF = 3
const END_LF = 4

const CR = 0x0d
const LF = 0x0a
const SP = 0x20
const HTAB = 0x09

/** field-line = field-name ":" OWS field-value OWS CRLF, and the empty line after the last (RFC 9112, section 5) */
export class FieldLines {
  private state = LINE_START
  /** How many octets of the head were read. */
  private position = 0
  private mark = 0
  private count = 0
  private field: KnownField = 0
  private readonly head: Head
  private readonly limits: Limits

  constructor(head: Head, limits: Limits) {
    this.head = head
    this.limits = limits
  }

  reset(): void {
    this.state = LINE_START
    this.position = this.head.fieldsStart
    this.count = 0
  }

  parse(bytes: Uint8Array, base: number, end: number): HeadResult {
    const limit = base + this.head.fieldsStart + this.limits.maxHeaderBytes
    const stop = Math.min(end, limit)
    let i = base + this.position
    if (this.state === LINE_START) {
      const result = this.wholeLines(bytes, base, i, stop)
      if (typeof result === 'string') return result
      i = result
    }
    // The rest is the end of the head, an incomplete line, or a line that is rejected.
    while (i < stop) {
      const result = this.step(bytes, base, i, stop)
      if (typeof result === 'string') return result
      i = result
    }
    if (i === limit) return 'headers_too_large'
    this.position = i - base
    return 'more'
  }

  /** The common case: complete and valid lines. Stops at the start of the first line that is not. */
  private wholeLines(bytes: Uint8Array, base: number, from: number, stop: number): number | HttpErrorCode {
    const last = this.limits.maxHeaderFields
    let start = from
    while (this.count < last) {
      let i = start
      while (i < stop && TCHAR[bytes[i]!] === 1) i++
      if (i === start || i === stop || bytes[i] !== 0x3a) break
      const field = knownField(bytes, start, i)
      const value = ++i
      while (i < stop && FIELD[bytes[i]!] === 1) i++
      if (i + 1 >= stop || bytes[i] !== CR || bytes[i + 1] !== LF) break
      const rejection = field === 0 ? null : this.known(field, bytes, base, value, i)
      if (rejection !== null) return rejection
      this.count++
      start = i + 2
    }
    return start
  }

  /** One part of a line, as far as it has arrived: where the next part begins, the end of the head, or a rejection. */
  private step(bytes: Uint8Array, base: number, from: number, stop: number): number | HeadResult {
    let i = from
    switch (this.state) {
      case LINE_START:
        if (bytes[i] === CR) {
          this.state = END_LF
          return i + 1
        }
        if (this.count === this.limits.maxHeaderFields) return 'headers_too_large'
        this.count++
        this.mark = i - base
        this.state = NAME
        return i
      case NAME: {
        while (i < stop && TCHAR[bytes[i]!] === 1) i++
        if (i === stop) return i
        const start = base + this.mark
        // Space before the colon, and a line that folds the previous one, both end up here (sections 5.1 and 5.2).
        if (bytes[i] !== 0x3a || i === start) return 'header_invalid'
        this.field = knownField(bytes, start, i)
        this.mark = i + 1 - base
        this.state = VALUE
        return i + 1
      }
      case VALUE: {
        while (i < stop && FIELD[bytes[i]!] === 1) i++
        if (i === stop) return i
        if (bytes[i] !== CR) return 'header_invalid'
        const rejection = this.field === 0 ? null : this.known(this.field, bytes, base, base + this.mark, i)
        if (rejection !== null) return rejection
        this.state = VALUE_LF
        return i + 1
      }
      case VALUE_LF:
        if (bytes[i] !== LF) return 'header_invalid'
        this.state = LINE_START
        return i + 1
      default: // END_LF
        if (bytes[i] !== LF) return 'header_invalid'
        this.head.end = i + 1 - base
        return 'done'
    }
  }

  private known(field: KnownField, bytes: Uint8Array, base: number, from: number, to: number): HttpErrorCode | null {
    let start = from
    let end = to
    while (start < end && (bytes[start] === SP || bytes[start] === HTAB)) start++
    // A tab after a transfer coding is rejected although it is OWS: llhttp treats it as part of the coding.
    const tab = field === TRANSFER_ENCODING ? SP : HTAB
    while (end > start && (bytes[end - 1] === SP || bytes[end - 1] === tab)) end--
    return readKnownField(field, this.head, bytes, start, end, base)
  }
}
