import type { Limits } from '../limits.ts'
import { FieldLines } from './field-lines.ts'
import { Head, type HeadResult } from './head.ts'
import { RequestLine } from './request-line.ts'

/**
 * Reads request heads octet by octet (RFC 9112, sections 2 to 5) and keeps its place between calls, so that the same
 * octets give the same result however they were split. Nothing is decoded here but what decides the framing.
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

  /** Whether any octet of a request line was seen; the empty line before it is none. */
  get started(): boolean {
    return this.inFields || this.line.started
  }

  /**
   * Goes on where it stopped and reads to `end`, to the end of the head, or to the first octet that no head can have.
   *
   * @param base - where the head begins in `bytes`; what was read before must still stand there.
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
