import type { HttpErrorCode } from './errors.ts'
import { FIELD, PATH, QUERY, TCHAR } from './grammar.ts'
import { type KnownField, knownField, readKnownField, TRANSFER_ENCODING } from './known-fields.ts'
import type { Limits } from './limits.ts'

/** What a request head says of itself, as positions counted from its first octet. */
export class Head {
  methodStart = 0
  targetStart = 0
  /** Where `?` stands, or the end of the target. */
  queryStart = 0
  targetEnd = 0
  /** 0 or 1: the minor version of HTTP/1. */
  minor = 1
  fieldsStart = 0
  end = 0
  hosts = 0
  hostStart = 0
  hostEnd = 0
  /** -1 where there is no Content-Length. */
  contentLength = -1
  chunked = false
  close = false
  keepAlive = false
  upgradeField = false
  upgradeOption = false
  expectContinue = false

  reset(): void {
    this.minor = 1
    this.hosts = 0
    this.contentLength = -1
    this.chunked = false
    this.close = false
    this.keepAlive = false
    this.upgradeField = false
    this.upgradeOption = false
    this.expectContinue = false
  }
}

const START = 0
const METHOD = 1
const TARGET_PATH = 2
const TARGET_QUERY = 3
const VERSION = 4
const LINE_LF = 5
const FIELD_START = 6
const NAME = 7
const VALUE = 8
const VALUE_LF = 9
const END_LF = 10
const SKIP_LF = 11

const CR = 0x0d
const LF = 0x0a
const SP = 0x20
const HTAB = 0x09

/** Longer than any method there is (UPDATEREDIRECTREF has 17 letters). */
const METHOD_MAX = 24

export type HeadResult = 'more' | 'done' | HttpErrorCode

/**
 * Reads request heads octet by octet (RFC 9112, sections 2 to 5) and keeps its place between calls, so that the same
 * octets give the same result however they were split. Nothing is decoded here but what decides the framing.
 */
export class HeadParser {
  readonly head: Head = new Head()
  /** How many octets of the head were read, counted from `base`. */
  position = 0
  private state = START
  private skipped = 0
  private mark = 0
  private fields = 0
  private field: KnownField = 0
  private readonly limits: Limits

  constructor(limits: Limits) {
    this.limits = limits
  }

  reset(): void {
    this.head.reset()
    this.state = START
    this.position = 0
    this.skipped = 0
    this.fields = 0
  }

  /** Whether any octet of a request line was seen; the empty line before it is none. */
  get started(): boolean {
    return this.state !== START && this.state !== SKIP_LF
  }

  /**
   * Goes on at `base + position` and stops at `end`, after the head, or at the first octet that no head can have.
   *
   * @param base - where the head begins in `bytes`; what was read before must still stand there.
   */
  parse(bytes: Uint8Array, base: number, end: number): HeadResult {
    let i = base + this.position
    if (this.state < FIELD_START || this.state === SKIP_LF) {
      const result = this.requestLine(bytes, base, i, end)
      if (result !== 'done') return result
      i = base + this.position
    }
    return this.fieldLines(bytes, base, i, end)
  }

  private requestLine(bytes: Uint8Array, base: number, from: number, end: number): HeadResult {
    const head = this.head
    let i = from
    let state = this.state
    const limit = base + this.skipped + this.limits.requestLine
    while (i < end) {
      switch (state) {
        case START:
          // One empty line before the request line is ignored (section 2.2): some clients send it after a body.
          if (bytes[i] === CR && this.skipped === 0) {
            i++
            state = SKIP_LF
            continue
          }
          this.mark = i - base
          // The common case at once: "GET ".
          if (
            i + 3 < end &&
            bytes[i] === 0x47 &&
            bytes[i + 1] === 0x45 &&
            bytes[i + 2] === 0x54 &&
            bytes[i + 3] === SP
          ) {
            head.methodStart = this.mark
            i += 4
            head.targetStart = i - base
            state = TARGET_PATH
            continue
          }
          state = METHOD
          continue
        case SKIP_LF:
          if (bytes[i] !== LF) return 'request_line_invalid'
          i++
          this.skipped = 2
          return this.again(bytes, base, i, end)
        case METHOD: {
          const start = base + this.mark
          while (i < end && TCHAR[bytes[i]!] === 1 && i - start <= METHOD_MAX) i++
          if (i - start > METHOD_MAX) return 'method_not_implemented'
          if (i === end) break
          if (bytes[i] !== SP || i === start) return 'request_line_invalid'
          head.methodStart = this.mark
          i++
          head.targetStart = i - base
          state = TARGET_PATH
          continue
        }
        case TARGET_PATH: {
          const stop = Math.min(end, limit + 1)
          while (i < stop && PATH[bytes[i]!] === 1) i++
          if (i > limit) return 'request_line_too_long'
          if (i === end) break
          head.queryStart = i - base
          if (bytes[i] === 0x3f) {
            i++
            state = TARGET_QUERY
            continue
          }
          if (bytes[i] !== SP) return this.badTarget(bytes[i]!)
          state = this.endTarget(i - base)
          if (state === START) return 'target_invalid'
          i++
          continue
        }
        case TARGET_QUERY: {
          const stop = Math.min(end, limit + 1)
          while (i < stop && QUERY[bytes[i]!] === 1) i++
          if (i > limit) return 'request_line_too_long'
          if (i === end) break
          if (bytes[i] !== SP) return this.badTarget(bytes[i]!)
          state = this.endTarget(i - base)
          i++
          continue
        }
        case VERSION: {
          const at = i - base - this.mark
          const octet = bytes[i]!
          if (at < 5) {
            if (octet !== 'HTTP/'.charCodeAt(at)) return 'request_line_invalid'
          } else if (at === 6) {
            if (octet !== 0x2e) return 'request_line_invalid'
          } else if (at < 8) {
            if (octet < 0x30 || octet > 0x39) return 'request_line_invalid'
            if (at === 5 && octet !== 0x31) head.minor = -1
            if (at === 7 && head.minor >= 0) head.minor = octet === 0x31 ? 1 : octet === 0x30 ? 0 : -1
          } else {
            if (octet !== CR) return 'request_line_invalid'
            if (i > limit) return 'request_line_too_long'
            state = LINE_LF
          }
          i++
          continue
        }
        default: // LINE_LF
          if (bytes[i] !== LF) return 'request_line_invalid'
          if (head.minor < 0) return 'version_not_supported'
          i++
          head.fieldsStart = i - base
          this.state = FIELD_START
          this.position = i - base
          return 'done'
      }
      break
    }
    this.state = state
    this.position = i - base
    return 'more'
  }

  /** After the ignored empty line: the limit of the request line counts from here. */
  private again(bytes: Uint8Array, base: number, i: number, end: number): HeadResult {
    this.state = START
    this.position = i - base
    return this.requestLine(bytes, base, i, end)
  }

  /** `GET /` CR LF was HTTP/0.9: a line without a version, rather than a target with a bad octet. */
  private badTarget(octet: number): HttpErrorCode {
    return octet === CR || octet === LF ? 'request_line_invalid' : 'target_invalid'
  }

  private endTarget(end: number): number {
    const head = this.head
    if (end === head.targetStart) return START
    head.targetEnd = end
    this.mark = end + 1
    return VERSION
  }

  private fieldLines(bytes: Uint8Array, base: number, from: number, end: number): HeadResult {
    const head = this.head
    const limit = base + head.fieldsStart + this.limits.headers
    const stop = Math.min(end, limit)
    let i = from
    let state = this.state
    while (i < stop) {
      switch (state) {
        case FIELD_START:
          if (bytes[i] === CR) {
            i++
            state = END_LF
            continue
          }
          if (this.fields === this.limits.headerFields) return 'headers_too_large'
          this.fields++
          this.mark = i - base
          state = NAME
          continue
        case NAME: {
          while (i < stop && TCHAR[bytes[i]!] === 1) i++
          if (i === stop) break
          const start = base + this.mark
          // Space before the colon, and a line that folds the one before, both end up here (section 5.1, 5.2).
          if (bytes[i] !== 0x3a || i === start) return 'header_invalid'
          this.field = knownField(bytes, start, i)
          i++
          this.mark = i - base
          state = VALUE
          continue
        }
        case VALUE: {
          while (i < stop && FIELD[bytes[i]!] === 1) i++
          if (i === stop) break
          if (bytes[i] !== CR) return 'header_invalid'
          if (this.field !== 0) {
            const refusal = this.knownValue(bytes, base, i)
            if (refusal !== null) return refusal
          }
          i++
          state = VALUE_LF
          continue
        }
        case VALUE_LF:
          if (bytes[i] !== LF) return 'header_invalid'
          i++
          state = FIELD_START
          continue
        default: // END_LF
          if (bytes[i] !== LF) return 'header_invalid'
          i++
          head.end = i - base
          this.position = head.end
          this.state = END_LF
          return this.checkHosts()
      }
      break
    }
    if (i === limit) return 'headers_too_large'
    this.state = state
    this.position = i - base
    return 'more'
  }

  private knownValue(bytes: Uint8Array, base: number, valueEnd: number): HttpErrorCode | null {
    let start = base + this.mark
    let end = valueEnd
    while (start < end && (bytes[start] === SP || bytes[start] === HTAB)) start++
    // A tab after a transfer coding is refused, though it is OWS: llhttp takes it for a part of the coding.
    const tab = this.field === TRANSFER_ENCODING ? SP : HTAB
    while (end > start && (bytes[end - 1] === SP || bytes[end - 1] === tab)) end--
    return readKnownField(this.field, this.head, bytes, start, end, base)
  }

  /** Exactly one Host for 1.1, at most one for 1.0 (section 3.2). */
  private checkHosts(): HeadResult {
    const { hosts, minor } = this.head
    return hosts === 1 || (hosts === 0 && minor === 0) ? 'done' : 'host_invalid'
  }
}
