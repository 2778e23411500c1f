/**
 * Coarse time, good enough for deadlines and the Date field. The system clock is read once a tick, so requests never read
 * it.
 */
export class Clock {
  /** Ticks since the clock was created: monotonic. */
  tick = 0
  /** `Date: Sun, 06 Nov 1994 08:49:37 GMT` CRLF (RFC 9110, section 6.6.1). */
  dateLine = ''
  readonly tickMs: number
  private readonly startedAt: number
  private second = -1
  private jsonHead = ''
  private textHead = ''
  private htmlHead = ''

  constructor(tickMs: number) {
    this.tickMs = tickMs
    this.startedAt = performance.now()
    this.advance()
  }

  advance(now: number = performance.now(), wall: number = Date.now()): void {
    this.tick = Math.floor((now - this.startedAt) / this.tickMs)
    const second = Math.floor(wall / 1000)
    if (second === this.second) return
    this.second = second
    this.dateLine = `Date: ${new Date(second * 1000).toUTCString()}\r\n`
    const start = `HTTP/1.1 200 OK\r\n${this.dateLine}Content-Type: `
    this.jsonHead = `${start}${JSON_TYPE}\r\nContent-Length: `
    this.textHead = `${start}${TEXT_TYPE}\r\nContent-Length: `
    this.htmlHead = `${start}${HTML_TYPE}\r\nContent-Length: `
  }

  /** The head of a 200 with this type, up to the digits of its Content-Length; empty for all but the most common types. */
  plainHead(type: string): string {
    if (type === JSON_TYPE) return this.jsonHead
    if (type === TEXT_TYPE) return this.textHead
    return type === HTML_TYPE ? this.htmlHead : ''
  }

  /** A duration in ticks, rounded so that a deadline is never early. `Infinity` is {@link NEVER}. */
  ticks(ms: number): number {
    return ms === Number.POSITIVE_INFINITY ? NEVER : Math.min(NEVER, Math.ceil(ms / this.tickMs) + 1)
  }
}

/** A deadline that never comes. */
export const NEVER: number = Number.MAX_SAFE_INTEGER

export const JSON_TYPE = 'application/json'
export const TEXT_TYPE = 'text/plain; charset=utf-8'
export const HTML_TYPE = 'text/html; charset=utf-8'
