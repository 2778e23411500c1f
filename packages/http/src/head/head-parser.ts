import type { Limits } from '../limits.ts'
import { FieldLines } from './field-lines.ts'
import { Head, type HeadResult } from './head.ts'
import { RequestLine } from './request-line.ts'

/**
 * Reads request heads octet by octet (RFC 9112, sections 2 to 5) and keeps its position between calls, so that the same
 * octets give the same result however they are split. Only what decides the framing is decoded here.
 */
export class HeadParser {
  readonly head: Head = new Head()
  private readonly line: RequestLine
  private readonly fields: FieldLines
  private inFields = false

  constructor(limits: Limits) {
    this.line = new RequestLine(this.head, limits)
    this.fields = new FieldLines(this.head, limits)
  }

  reset(): void {
    this.head.reset()
    this.line.reset()
    this.inFields = false
  }

  /** Whether any octet of a request line was read; a preceding empty line does not count. */
  get started(): boolean {
    return this.inFields || this.line.started
  }

  /**
   * Continues where it stopped and reads to `end`, to the end of the head, or to the first invalid octet.
   *
   * @param base - where the head begins in `bytes`; what was read before must still be there
   */
  parse(bytes: Uint8Array, base: number, end: number): HeadResult {
    if (!this.inFields) {
      const result = this.line.parse(bytes, base, end)
      if (result !== 'done') return result
      this.inFields = true
      this.fields.reset()
    }
    const result = this.fields.parse(bytes, base, end)
    if (result !== 'done') return result
    // Exactly one Host for 1.1, at most one for 1.0 (section 3.2).
    const { hosts, minor } = this.head
    return hosts === 1 || (hosts === 0 && minor === 0) ? 'done' : 'host_invalid'
  }
}

/** Lends parsers while a head is being read. Most heads arrive whole, so that one serves all connections, and idle ones have none. */
export class HeadParserPool {
  private readonly limits: Limits
  private spare: HeadParser | null = null

  constructor(limits: Limits) {
    this.limits = limits
  }

  take(): HeadParser {
    const { spare } = this
    this.spare = null
    return spare ?? new HeadParser(this.limits)
  }

  giveBack(parser: HeadParser): void {
    parser.reset()
    this.spare = parser
  }
}
