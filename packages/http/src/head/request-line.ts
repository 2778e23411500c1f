import type { HttpErrorCode } from '../errors.ts'
import type { Limits } from '../limits.ts'
import { PATH, QUERY, TCHAR } from './grammar.ts'
import type { Head, HeadResult } from './head.ts'

const START = 0
const SKIP_LF = 1
const METHOD = 2
const TARGET_PATH = 3
const TARGET_QUERY = 4
const VERSION = 5
const LINE_LF = 6

const CR = 0x0d
const LF = 0x0a
const SP = 0x20

/** Longer than any existing method (UPDATEREDIRECTREF has 17 letters). */
const METHOD_MAX = 24

/** request-line = method SP request-target SP HTTP-version CRLF (RFC 9112, section 3) */
export class RequestLine {
  private state = START
  /** How many octets were read, counted from the base. */
  private position = 0
  /** Octets of the preceding empty line. */
  private skipped = 0
  private mark = 0
  private readonly head: Head
  private readonly limits: Limits

  constructor(head: Head, limits: Limits) {
    this.head = head
    this.limits = limits
  }

  reset(): void {
    this.state = START
    this.position = 0
    this.skipped = 0
  }

  get started(): boolean {
    return this.state > SKIP_LF
  }

  private get inVersion(): boolean {
    return this.state === VERSION
  }

  parse(bytes: Uint8Array, base: number, end: number): HeadResult {
    let i = base + this.position
    while (i < end) {
      switch (this.state) {
        case START:
          i = this.start(bytes, base, i, end)
          break
        case SKIP_LF:
          if (bytes[i] !== LF) return 'request_line_invalid'
          i++
          this.skipped = 2
          this.state = START
          break
        case METHOD: {
          const start = base + this.head.methodStart
          while (i < end && TCHAR[bytes[i]!] === 1 && i - start <= METHOD_MAX) i++
          if (i - start > METHOD_MAX) return 'method_not_implemented'
          if (i === end) break
          if (bytes[i] !== SP || i === start) return 'request_line_invalid'
          i++
          this.beginTarget(i - base)
          break
        }
        case TARGET_PATH:
        case TARGET_QUERY: {
          const limit = base + this.skipped + this.limits.maxRequestLineBytes
          const table = this.state === TARGET_PATH ? PATH : QUERY
          const stop = Math.min(end, limit + 1)
          while (i < stop && table[bytes[i]!] === 1) i++
          if (i > limit) return 'request_line_too_long'
          if (i === end) break
          const rejection = this.targetStops(bytes[i]!, i - base)
          if (rejection !== null) return rejection
          i++
          if (this.inVersion) i = this.wholeVersion(bytes, base, i, end)
          break
        }
        case VERSION: {
          const rejection = this.version(bytes[i]!, i - base)
          if (rejection !== null) return rejection
          i++
          break
        }
        default: // LINE_LF
          if (bytes[i] !== LF) return 'request_line_invalid'
          if (this.head.minor < 0) return 'version_not_supported'
          this.head.fieldsStart = i + 1 - base
          return 'done'
      }
    }
    this.position = i - base
    return 'more'
  }

  /** One empty line before the request line is ignored (section 2.2): some clients send it after a body. */
  private start(bytes: Uint8Array, base: number, i: number, end: number): number {
    if (bytes[i] === CR && this.skipped === 0) {
      this.state = SKIP_LF
      return i + 1
    }
    this.head.methodStart = i - base
    this.state = METHOD
    // The common case first: "GET ".
    if (i + 3 < end && bytes[i] === 0x47 && bytes[i + 1] === 0x45 && bytes[i + 2] === 0x54 && bytes[i + 3] === SP) {
      this.head.isGet = true
      this.beginTarget(i + 4 - base)
      return i + 4
    }
    return i
  }

  private beginTarget(at: number): void {
    this.head.targetStart = at
    this.state = TARGET_PATH
  }

  /** The octet that ends the path or query: `?`, the space before the version, or an octet that is invalid in a target. */
  private targetStops(octet: number, at: number): HttpErrorCode | null {
    const { head } = this
    if (this.state === TARGET_PATH) {
      head.queryStart = at
      if (octet === 0x3f) {
        this.state = TARGET_QUERY
        return null
      }
    }
    // `GET /` CR LF was HTTP/0.9: the version is missing, rather than the target being invalid.
    if (octet === CR || octet === LF) return 'request_line_invalid'
    if (octet !== SP || at === head.targetStart) return 'target_invalid'
    head.targetEnd = at
    this.mark = at + 1
    this.state = VERSION
    return null
  }

  /** The common case first: "HTTP/1.1" CR, if all of it is there and within the limit. */
  private wholeVersion(bytes: Uint8Array, base: number, i: number, end: number): number {
    const isCommon =
      i + 9 < end &&
      i + 8 - base - this.skipped <= this.limits.maxRequestLineBytes &&
      bytes[i] === 0x48 &&
      bytes[i + 1] === 0x54 &&
      bytes[i + 2] === 0x54 &&
      bytes[i + 3] === 0x50 &&
      bytes[i + 4] === 0x2f &&
      bytes[i + 5] === 0x31 &&
      bytes[i + 6] === 0x2e &&
      bytes[i + 7] === 0x31 &&
      bytes[i + 8] === CR
    if (!isCommon) return i
    this.state = LINE_LF
    return i + 9
  }

  /** HTTP-version = "HTTP/" DIGIT "." DIGIT (section 2.3); an unsupported version is rejected at the end of the line. */
  private version(octet: number, position: number): HttpErrorCode | null {
    const { head } = this
    const at = position - this.mark
    if (at < 5) return octet === 'HTTP/'.charCodeAt(at) ? null : 'request_line_invalid'
    if (at === 6) return octet === 0x2e ? null : 'request_line_invalid'
    if (at < 8) {
      if (octet < 0x30 || octet > 0x39) return 'request_line_invalid'
      if (at === 5 && octet !== 0x31) head.minor = -1
      if (at === 7 && head.minor >= 0) head.minor = octet === 0x31 ? 1 : octet === 0x30 ? 0 : -1
      return null
    }
    if (octet !== CR) return 'request_line_invalid'
    if (position - this.skipped > this.limits.maxRequestLineBytes) return 'request_line_too_long'
    this.state = LINE_LF
    return null
  }
}
