import type { HttpErrorCode } from '../errors.ts'
import { FIELD, HEX, QDTEXT, TCHAR } from '../head/grammar.ts'
import type { Limits } from '../limits.ts'

const SIZE = 0
const EXT_NAME = 1
const EXT_VALUE = 2
const EXT_QUOTED = 3
const EXT_ESCAPE = 4
const EXT_AFTER = 5
const SIZE_LF = 6
const DATA = 7
const DATA_CR = 8
const DATA_LF = 9
const TRAILER_START = 10
const TRAILER_NAME = 11
const TRAILER_VALUE = 12
const TRAILER_LF = 13
const END_LF = 14
const DONE = 15

const CR = 0x0d
const LF = 0x0a

/** Chunks smaller than this, in octets, are joined with their neighbors. */
const SMALL = 1024

const FRAMING = /^(?:content-length|transfer-encoding):/im

/** Where the decoded octets go. */
export interface ChunkSink {
  data(bytes: Uint8Array): void
}

/**
 * Reads a chunked body octet by octet (RFC 9112, section 7.1) and keeps its position between calls. Bad whitespace (BWS) is
 * rejected although recipients "must" parse it: no client sends it, and implementations differ in where they allow it.
 */
export class ChunkedReader {
  /** How far the last `read` got. */
  position = 0
  /** The trailer section as it was sent, checked but not decoded. */
  trailers = ''
  private state = SIZE
  private remaining = 0
  private digits = 0
  private extensionBytes = 0
  private length = 0
  /**
   * Small chunks of one `read`, back to back: as separate buffers, they would take a hundred times the memory of their
   * content.
   */
  private joined: Uint8Array | null = null
  private joinedStart = 0
  private joinedEnd = 0
  private readonly limits: Limits

  constructor(limits: Limits) {
    this.limits = limits
  }

  get done(): boolean {
    return this.state === DONE
  }

  /** Continues at `start`. Null is success; `done` tells whether the body has ended. */
  read(bytes: Uint8Array, start: number, end: number, sink: ChunkSink): HttpErrorCode | null {
    let i = start
    while (i < end && this.state !== DONE) {
      if (this.state === DATA) {
        const take = Math.min(this.remaining, end - i)
        this.remaining -= take
        i += take
        // Set the state first: the sink may stop us, and reading continues from here.
        if (this.remaining === 0) this.state = DATA_CR
        if (take < SMALL) this.join(bytes, i - take, i, end)
        else {
          this.giveJoined(sink)
          sink.data(bytes.subarray(i - take, i))
        }
        continue
      }
      const rejection = this.state < TRAILER_START ? this.framing(bytes[i]!) : this.trailer(bytes[i]!)
      if (rejection !== null) {
        this.giveJoined(sink)
        return rejection
      }
      i++
    }
    this.giveJoined(sink)
    this.joined = null
    this.position = i
    return null
  }

  private join(bytes: Uint8Array, start: number, end: number, limit: number): void {
    if (this.joined === null) {
      this.joined = Buffer.allocUnsafeSlow(limit - start)
      this.joinedStart = this.joinedEnd = 0
    }
    for (let i = start; i < end; i++) this.joined[this.joinedEnd++] = bytes[i]!
  }

  private giveJoined(sink: ChunkSink): void {
    const { joined, joinedStart, joinedEnd } = this
    if (joined === null || joinedStart === joinedEnd) return
    this.joinedStart = joinedEnd
    sink.data(joined.subarray(joinedStart, joinedEnd))
  }

  /** chunk-size [ chunk-ext ] CRLF, and the CRLF after chunk-data. */
  private framing(octet: number): HttpErrorCode | null {
    switch (this.state) {
      case SIZE: {
        const digit = HEX[octet]!
        if (digit < 16) {
          // Thirteen digits stay below 2^53: larger sizes are rejected, not rounded or wrapped.
          if (++this.digits > 13) return 'chunk_invalid'
          this.remaining = this.remaining * 16 + digit
          return null
        }
        if (this.digits === 0) return 'chunk_invalid'
        return this.afterSize(octet)
      }
      case SIZE_LF:
        if (octet !== LF) return 'chunk_invalid'
        this.state = this.remaining === 0 ? TRAILER_START : DATA
        this.digits = 0
        return null
      case DATA_CR:
        if (octet !== CR) return 'chunk_invalid'
        this.state = DATA_LF
        return null
      case DATA_LF:
        if (octet !== LF) return 'chunk_invalid'
        this.state = SIZE
        return null
      default:
        return this.extension(octet)
    }
  }

  private afterSize(octet: number): HttpErrorCode | null {
    if (octet === CR) this.state = SIZE_LF
    else if (octet === 0x3b) {
      this.state = EXT_NAME
      this.length = 0
      return this.countExtension()
    } else return 'chunk_invalid'
    return null
  }

  /** chunk-ext = *( ";" token [ "=" ( token / quoted-string ) ] ), bounded and discarded. */
  private extension(octet: number): HttpErrorCode | null {
    const over = this.countExtension()
    if (over !== null) return over
    switch (this.state) {
      case EXT_NAME:
      case EXT_VALUE:
        if (TCHAR[octet] === 1) {
          this.length++
          return null
        }
        if (this.state === EXT_VALUE && this.length === 0 && octet === 0x22) {
          this.state = EXT_QUOTED
          return null
        }
        if (this.length === 0) return 'chunk_invalid'
        if (this.state === EXT_NAME && octet === 0x3d) {
          this.state = EXT_VALUE
          this.length = 0
          return null
        }
        return this.afterSize(octet)
      case EXT_QUOTED:
        if (octet === 0x22) this.state = EXT_AFTER
        else if (octet === 0x5c) this.state = EXT_ESCAPE
        else if (QDTEXT[octet] !== 1) return 'chunk_invalid'
        return null
      case EXT_ESCAPE:
        if (FIELD[octet] !== 1) return 'chunk_invalid'
        this.state = EXT_QUOTED
        return null
      default: // EXT_AFTER
        return this.afterSize(octet)
    }
  }

  private countExtension(): HttpErrorCode | null {
    return ++this.extensionBytes > this.limits.maxChunkExtensionBytes ? 'chunk_invalid' : null
  }

  /** trailer-section CRLF: field lines with the same grammar as in the head. */
  private trailer(octet: number): HttpErrorCode | null {
    if (this.trailers.length >= this.limits.maxTrailerBytes) return 'headers_too_large'
    switch (this.state) {
      case TRAILER_START:
        if (octet === CR) {
          this.state = END_LF
          return null
        }
        this.length = 0
        this.state = TRAILER_NAME
        return this.trailer(octet)
      case TRAILER_NAME:
        if (octet === 0x3a && this.length > 0) this.state = TRAILER_VALUE
        else if (TCHAR[octet] !== 1) return 'header_invalid'
        this.length++
        break
      case TRAILER_VALUE:
        if (octet === CR) this.state = TRAILER_LF
        else if (FIELD[octet] !== 1) return 'header_invalid'
        break
      case TRAILER_LF:
        if (octet !== LF) return 'header_invalid'
        this.state = TRAILER_START
        break
      default: // END_LF
        if (octet !== LF) return 'header_invalid'
        this.state = DONE
        // A second framing after the body could already have been believed by a peer.
        return FRAMING.test(this.trailers) ? 'framing_invalid' : null
    }
    this.trailers += String.fromCharCode(octet)
    return null
  }
}
