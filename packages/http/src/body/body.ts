import { Readable } from 'node:stream'
import { httpError } from '../errors.ts'
import type { Peeker, RequestBody } from './request-body.ts'

/** What a body asks of the connection that carries it. */
export interface BodySource {
  /** Reading has begun: send 100 Continue if the client expects it, and push what has arrived. */
  wantBody(body: Body): void
  /** The reader is full, or has room again. */
  pauseBody(body: Body): void
  resumeBody(body: Body): void
}

/** Smaller pieces, in bytes, are joined as they arrive, in blocks of the second size. */
const SMALL = 2048
const BLOCK = 16 * 1024

/** An array that grows takes room for many pieces, and most bodies are one. */
const NO_CHUNKS: Buffer[] = []

const UNREAD = 0
const COLLECTING = 1
const STREAMING = 2
const DISCARDING = 3
const PEEKING = 4

/**
 * The body of one request, as it arrives. Until it is read, its bytes stay where they are: in the connection's input and, beyond that, in
 * the peer's send queue.
 */
export class Body implements RequestBody {
  /** Bytes received, without chunked framing. */
  received = 0
  complete = false
  /** The trailer section, raw; empty until the body is complete. */
  trailers = ''
  private mode = UNREAD
  private failure: unknown = undefined
  private failed = false
  private chunks: Buffer[] = NO_CHUNKS
  private block: Buffer | null = null
  private blockLength = 0
  private readonly declared: number
  private readonly source: BodySource
  private limit = 0
  private resolve: ((body: Buffer) => void) | null = null
  private reject: ((reason: unknown) => void) | null = null
  /** The stream has asked for bytes. */
  private flowing = false
  private readable: Readable | null = null
  private peeker: Peeker | null = null
  private mostPeeked = 0

  /** @param declared - Content-Length, or -1 if the body is chunked */
  constructor(source: BodySource, declared: number) {
    this.source = source
    this.declared = declared
  }

  /** Whether arriving bytes have a consumer. */
  get wanted(): boolean {
    if (this.mode === PEEKING) return this.peeker !== null
    return this.mode !== UNREAD && (this.mode !== STREAMING || this.flowing)
  }

  get consumed(): boolean {
    return this.mode === COLLECTING || this.mode === STREAMING
  }

  collect(limit: number): Buffer | Promise<Buffer> {
    if (this.failed) throw this.failure
    if (this.consumed) throw this.consumedError()
    if (this.mode === DISCARDING) throw httpError('body_incomplete')
    if (this.declared > limit || this.received > limit) throw httpError('body_too_large')
    this.take(COLLECTING, limit)
    this.source.wantBody(this)
    if (this.failed) throw this.failure
    if (this.complete) return this.join()
    return new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  stream(limit: number): Readable {
    if (this.readable !== null) return this.readable
    if (this.consumed) throw this.consumedError()
    if (this.mode === DISCARDING) throw httpError('body_incomplete')
    if (this.declared > limit || this.received > limit) throw httpError('body_too_large')
    this.take(STREAMING, limit)
    const readable = new Readable({
      read: () => {
        if (this.flowing) return this.source.resumeBody(this)
        this.flowing = true
        this.source.wantBody(this)
      },
      destroy: (error, done) => {
        // Input that is no longer wanted is dropped, so that the connection can continue or close by the usual rule.
        if (!this.complete && !this.failed) {
          this.mode = DISCARDING
          this.source.resumeBody(this)
        }
        done(error)
      },
    })
    // Readers get the error; without readers, it must not end the process.
    readable.on('error', () => undefined)
    this.readable = readable
    if (this.failed) readable.destroy(this.failure as Error)
    else {
      const { chunks } = this
      this.chunks = NO_CHUNKS
      for (const piece of chunks) readable.push(piece)
      if (this.complete) readable.push(null)
    }
    return readable
  }

  peek(most: number, peeker: Peeker): void {
    if (this.consumed || this.mode === PEEKING) throw this.consumedError()
    if (this.failed || this.mode === DISCARDING) return peeker.end()
    this.mode = PEEKING
    this.limit = Number.POSITIVE_INFINITY
    this.mostPeeked = most
    this.peeker = peeker
    this.source.wantBody(this)
  }

  endPeek(): void {
    const { peeker } = this
    this.peeker = null
    if (peeker === null) return
    if (!this.complete && !this.failed) this.source.pauseBody(this)
    peeker.end()
  }

  private take(mode: number, limit: number): void {
    const wasPeeked = this.mode === PEEKING
    this.peeker = null
    this.mode = mode
    this.limit = limit
    if (wasPeeked) this.source.resumeBody(this)
  }

  /** From now on, bytes are counted and dropped. */
  discard(): void {
    if (this.consumed) return
    this.mode = DISCARDING
    this.chunks = NO_CHUNKS
  }

  /**
   * The response has been sent: drops the bytes that no stream has delivered yet, and fails anyone who still reads them.
   */
  abandon(): void {
    if (this.mode === STREAMING && !this.complete) this.readable!.destroy(httpError('body_incomplete'))
  }

  push(chunk: Buffer): void {
    this.received += chunk.length
    if (this.mode === DISCARDING) return
    if (this.received > this.limit) {
      this.fail(httpError('body_too_large'))
      this.mode = DISCARDING
      return
    }
    if (this.mode === COLLECTING) this.keep(chunk)
    else if (this.mode === PEEKING) {
      this.add(chunk)
      this.peeker?.piece(chunk)
      if (this.received >= this.mostPeeked) this.endPeek()
    } else if (this.readable !== null && !this.readable.push(chunk)) this.source.pauseBody(this)
  }

  end(trailers: string): void {
    this.complete = true
    this.trailers = trailers
    if (this.failed) return
    this.endPeek()
    if (this.resolve !== null) this.resolve(this.join())
    else this.readable?.push(null)
  }

  fail(reason: unknown): void {
    if (this.complete || this.failed) return
    this.failed = true
    this.failure = reason
    this.chunks = NO_CHUNKS
    this.block = null
    this.endPeek()
    this.reject?.(reason)
    this.readable?.destroy(reason as Error)
  }

  /** Stored one by one, chunks of a single byte would take a hundred times the memory of their content. */
  private keep(chunk: Buffer): void {
    if (chunk.length >= SMALL || this.chunks.length === 0) {
      this.closeBlock()
      this.add(chunk)
      return
    }
    if (this.block === null || this.blockLength + chunk.length > BLOCK) {
      this.closeBlock()
      this.block = Buffer.allocUnsafeSlow(BLOCK)
    }
    this.block.set(chunk, this.blockLength)
    this.blockLength += chunk.length
  }

  private add(chunk: Buffer): void {
    if (this.chunks === NO_CHUNKS) this.chunks = [chunk]
    else this.chunks.push(chunk)
  }

  private closeBlock(): void {
    if (this.block !== null) this.add(this.block.subarray(0, this.blockLength))
    this.block = null
    this.blockLength = 0
  }

  private join(): Buffer {
    this.closeBlock()
    const chunks = this.chunks
    this.chunks = NO_CHUNKS
    return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
  }

  private consumedError(): Error {
    return httpError('body_consumed', { as: this.readable === null ? 'a whole' : 'a stream' })
  }
}
