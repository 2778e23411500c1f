import { NEVER } from '../clock.ts'
import type { Connection } from '../connection/connection.ts'
import * as S from '../connection/state.ts'
import { httpError } from '../errors.ts'
import { Body, type BodySource } from './body.ts'
import { CHUNKED } from './body-framing.ts'
import { ChunkedReader, type ChunkSink } from './chunked-reader.ts'

/** The receiving half of a {@link Connection} once a head is read: brings a request's body to whoever reads it. */
export class BodyReceiver implements BodySource, ChunkSink {
  /** The body of the current request, null where it has none. */
  body: Body | null = null
  /** Its reader has no room. */
  paused = false
  private readonly connection: Connection
  private chunks: ChunkedReader | null = null
  private remaining = 0
  private since = 0
  private continueWanted = false
  private reading = false

  constructor(connection: Connection) {
    this.connection = connection
  }

  /** @param framing - the length in bytes, or CHUNKED */
  open(framing: number, continueWanted: boolean): Body {
    this.body = new Body(this, framing)
    this.remaining = framing
    this.chunks = framing === CHUNKED ? new ChunkedReader(this.connection.engine.limits) : null
    this.continueWanted = continueWanted && this.connection.input.bytes === null
    this.paused = false
    return this.body
  }

  forget(): void {
    this.body = null
    this.chunks = null
  }

  /** Whether the state allows body bytes to be read. */
  get isOpen(): boolean {
    const { state } = this.connection
    return state === S.RECEIVING || state === S.DUPLEX || state === S.DRAINING
  }

  /** Pushes what has arrived; false when the rest must wait. */
  read(): boolean {
    // A reader of the body may come back here while it is given a piece.
    if (this.reading || this.paused || !this.body!.wanted) return false
    this.reading = true
    try {
      return this.chunks === null ? this.readPlain(this.body!) : this.readChunks(this.chunks)
    } finally {
      this.reading = false
    }
  }

  private readPlain(body: Body): boolean {
    const piece = this.connection.input.take(this.remaining)
    this.remaining -= piece.length
    body.push(piece)
    if (this.remaining === 0) this.complete('')
    else this.progress()
    return true
  }

  private readChunks(chunks: ChunkedReader): boolean {
    const { input } = this.connection
    const refused = chunks.read(input.bytes!, input.position, input.end, this)
    if (refused !== null) {
      input.clear()
      this.fail(httpError(refused))
      return false
    }
    input.skip(chunks.position - input.position)
    if (chunks.done) this.complete(chunks.trailers)
    else this.progress()
    return true
  }

  /** A piece of a chunked body. */
  data(bytes: Uint8Array): void {
    this.body!.push(bytes as Buffer)
  }

  private complete(trailers: string): void {
    const { connection } = this
    const body = this.body!
    // A reader that was full when the last piece came asks for no more: the next request must not wait for it.
    this.paused = false
    connection.readDeadline = NEVER
    connection.state = S.next(connection.state, S.BODY_COMPLETE)
    if (connection.state === S.IDLE) connection.rest()
    body.end(trailers)
  }

  /** The next read must come in time, and the average must stay above the minimum rate. */
  private progress(): void {
    const { connection } = this
    const { clock, ticks, timeouts, limits } = connection.engine
    const { received } = this.body!
    if (connection.state === S.DRAINING) {
      if (received > limits.drain) connection.hangUp()
      return
    }
    const byRate = timeouts.bodyMinRate === 0 ? NEVER : clock.ticks((received / timeouts.bodyMinRate) * 1000)
    connection.readDeadline = Math.min(clock.tick + ticks.body, this.since + ticks.body + byRate)
  }

  wantBody(body: Body): void {
    // Asked by a handler that goes on after its answer, when the connection may have gone on as well.
    if (body !== this.body) return body.fail(httpError('body_cut'))
    const { connection } = this
    const { input } = connection
    if (this.continueWanted) {
      this.continueWanted = false
      if (input.bytes === null) connection.output.add('HTTP/1.1 100 Continue\r\n\r\n', true)
    }
    if (body.complete) return
    this.startClock()
    if (!connection.pumping) connection.pump()
    else while (input.bytes !== null && this.isOpen && this.read());
  }

  pauseBody(body: Body): void {
    if (body !== this.body) return
    this.paused = true
    this.connection.readDeadline = NEVER
    this.connection.throttle()
  }

  resumeBody(body: Body): void {
    if (body !== this.body || !this.paused) return
    this.paused = false
    if (this.isOpen) this.startClock()
    if (!this.connection.pumping) this.connection.pump()
  }

  private startClock(): void {
    const { clock, ticks } = this.connection.engine
    this.since = clock.tick
    this.connection.readDeadline = this.since + ticks.body
  }

  /**
   * Before an answer: reads what is there of a body that nobody wants, and tells whether the connection survives it. A
   * client that was never told to continue may or may not send its body, so nothing can follow.
   */
  drop(): boolean {
    const { body } = this
    if (body === null || body.complete || !this.isOpen) return true
    if (this.continueWanted) return false
    body.discard()
    this.paused = false
    while (this.connection.input.bytes !== null && this.isOpen && this.read());
    return body.complete || (this.chunks === null && this.remaining <= this.connection.engine.limits.drain)
  }

  /** The body is broken or will not come: its reader learns it, and nothing may follow the answer. */
  fail(reason: Error): void {
    const { connection } = this
    connection.persistent = false
    connection.readDeadline = NEVER
    if (connection.state === S.DRAINING) connection.hangUp()
    else this.body!.fail(reason)
  }
}
