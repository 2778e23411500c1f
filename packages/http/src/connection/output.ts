import type { Duplex } from 'node:stream'

/** Carries the bytes: a socket, a TLS stream, a pair of streams in a test. Its driver calls the connection back. */
export interface Transport {
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  /** False if the bytes waiting to be sent exceed the high-water mark; the connection is notified when they are sent. */
  write(data: string, encoding: 'latin1' | 'utf8'): boolean
  writeBytes(data: Uint8Array): boolean
  /** Both in one piece; both are small. */
  writeJoined(text: string, encoding: 'latin1' | 'utf8', bytes: Uint8Array): boolean
  /** Closes our side after what was written; `flushed` is called once everything is sent. */
  end(): void
  destroy(): void
  /** The same, but distinguishable for the peer from the end of a response, if the transport can do that. */
  reset(): void
  /** Hands the stream to someone else: from now on, the connection is only told when it closes. */
  detach(): Duplex
  /** What is written in between leaves in one piece. */
  cork(): void
  uncork(): void
  pause(): void
  resume(): void
}

/** Enough to fill a segment many times over; more than this never waits in memory. */
const FLUSH_AT = 64 * 1024

/** A body up to this size leaves in one piece with its head. */
export const JOIN_UP_TO: number = 32 * 1024

/** Text and bytes in one buffer. */
export function join(text: string, encoding: 'latin1' | 'utf8', bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(text, encoding), bytes])
}

/** Joins the writes of one turn into one, and knows whether the peer keeps up. */
export class Output {
  private waiting = false
  private text = ''
  private ascii = true
  private readonly transport: Transport

  constructor(transport: Transport) {
    this.transport = transport
  }

  /** The transport has asked us to wait. */
  get blocked(): boolean {
    return this.waiting
  }

  /** The transport has room again. */
  unblock(): void {
    this.waiting = false
  }

  /** @param ascii - whether every character is US-ASCII, which needs no encoding */
  add(text: string, ascii: boolean): void {
    this.text = this.text === '' ? text : this.text + text
    if (!ascii) this.ascii = false
    if (this.text.length > FLUSH_AT) this.flush()
  }

  addBytes(bytes: Uint8Array): void {
    const { text } = this
    if (text === '' || bytes.length > JOIN_UP_TO) {
      this.flush()
      if (bytes.length > 0 && !this.transport.writeBytes(bytes)) this.waiting = true
      return
    }
    // One copy is cheaper than a second write or a write of two pieces.
    const encoding = this.ascii ? 'latin1' : 'utf8'
    this.text = ''
    this.ascii = true
    if (!this.transport.writeJoined(text, encoding, bytes)) this.waiting = true
  }

  /** Bytes with chunk framing (RFC 9112, section 7.1), in one piece. */
  addChunk(bytes: Uint8Array): void {
    this.transport.cork()
    this.add(`${bytes.length.toString(16)}\r\n`, true)
    this.addBytes(bytes)
    this.add('\r\n', true)
    this.flush()
    this.transport.uncork()
  }

  flush(): void {
    if (this.text === '') return
    const text = this.text
    this.text = ''
    if (!this.transport.write(text, this.ascii ? 'latin1' : 'utf8')) this.waiting = true
    this.ascii = true
  }
}
