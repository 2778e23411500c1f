import type { Deadlines } from '../connection/deadlines.ts'
import type { InputBuffer } from '../connection/input-buffer.ts'
import { EVENT } from '../connection/state.ts'
import type { Engine } from '../engine.ts'
import { httpError } from '../errors.ts'
import { Body, type BodySource } from './body.ts'
import { CHUNKED } from './body-framing.ts'
import { ChunkedReader, type ChunkSink } from './chunked-reader.ts'

/** What a receiver asks of its connection. */
export interface BodyCarrier extends BodySource {
  readonly engine: Engine
  /** Sends it an event of the table in `state.ts`. */
  on(event: number): void
  /** Continues reading if there is something to read for; does nothing if it is already reading. */
  pump(): void
  /** Stops reading from the peer what cannot be used yet. */
  throttle(): void
  /** Tells a waiting client to send its body. */
  sendContinue(): void
  /** Makes this response the last, because the start of the next request is unknown. */
  endAfterThis(): void
}

/** Reads the body of a request from a connection and passes it to its reader. */
export class BodyReceiver implements ChunkSink {
  private readonly carrier: BodyCarrier
  private readonly input: InputBuffer
  private readonly deadlines: Deadlines
  /** The body of the current request, or null if it has none. */
  private body: Body | null = null
  private chunks: ChunkedReader | null = null
  private remaining = 0
  /** Whether arriving bytes belong to the body. */
  private open = false
  /** The response has been sent: what still arrives is dropped. */
  private discarding = false
  private full = false
  private continueWanted = false
  private reading = false

  constructor(carrier: BodyCarrier, input: InputBuffer, deadlines: Deadlines) {
    this.carrier = carrier
    this.input = input
    this.deadlines = deadlines
  }

  /** @param framing - the length in bytes, or CHUNKED */
  start(framing: number, expectsContinue: boolean): Body {
    this.body = new Body(this.carrier, framing)
    this.remaining = framing
    this.chunks = framing === CHUNKED ? new ChunkedReader(this.carrier.engine.limits) : null
    this.continueWanted = expectsContinue && this.input.bytes === null
    this.open = true
    this.discarding = this.full = false
    return this.body
  }

  /** Forgets this body before the next request. */
  forget(): void {
    this.open = false
    this.body = null
    this.chunks = null
  }

  /** Whether there is no body, or it was read completely. */
  get isComplete(): boolean {
    return this.body === null || this.body.complete
  }

  /** Whether its reader has no room. */
  get isFull(): boolean {
    return this.full
  }

  /** Pushes what has arrived; false if the rest must wait. */
  read(): boolean {
    // The reader of the body may re-enter this method while it receives a piece.
    if (this.reading || this.full || !this.body!.wanted) return false
    this.reading = true
    try {
      return this.chunks === null ? this.readPlain(this.body!) : this.readChunks(this.chunks)
    } finally {
      this.reading = false
    }
  }

  private readPlain(body: Body): boolean {
    const piece = this.input.take(this.remaining)
    this.remaining -= piece.length
    body.push(piece)
    if (this.remaining === 0) this.complete('')
    else this.progress()
    return true
  }

  private readChunks(chunks: ChunkedReader): boolean {
    const { input } = this
    const rejected = chunks.read(input.bytes!, input.position, input.end, this)
    if (rejected !== null) {
      input.clear()
      this.fail(httpError(rejected))
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
    const body = this.body!
    // A reader that was full when the last piece came does not ask for more; the next request must not wait for it.
    this.open = this.full = false
    this.carrier.on(EVENT.body_complete)
    body.end(trailers)
  }

  private progress(): void {
    const { received } = this.body!
    if (!this.discarding) this.deadlines.expectMoreBody(received)
    else if (received > this.carrier.engine.limits.maxDiscardedBytes) this.carrier.on(EVENT.finishes)
  }

  /** See {@link BodySource.wantBody}. */
  want(body: Body): void {
    // Called by a handler that continues after its response, when the connection may already serve the next request.
    if (body !== this.body) return body.fail(httpError('body_incomplete'))
    if (this.continueWanted) {
      this.continueWanted = false
      if (this.input.bytes === null) this.carrier.sendContinue()
    }
    if (body.complete) return
    this.deadlines.expectBody()
    this.carrier.pump()
    this.readWaiting()
  }

  /** While the connection is reading, a reader gets the available bytes within its own call. */
  private readWaiting(): void {
    while (this.input.bytes !== null && this.open && this.read());
  }

  pause(body: Body): void {
    if (body !== this.body) return
    this.full = true
    this.deadlines.expectNothing()
    this.carrier.throttle()
  }

  resume(body: Body): void {
    if (body !== this.body || !this.full) return
    this.full = false
    if (this.open) this.deadlines.expectBody()
    this.carrier.pump()
  }

  /**
   * Before a response: reads what has arrived of an unread body, and tells whether the connection can be kept. A client
   * that was never told to continue may or may not send its body, so nothing can follow.
   */
  settle(): boolean {
    const { body } = this
    if (body === null || !this.open) return true
    if (this.continueWanted) return false
    body.discard()
    this.full = false
    this.readWaiting()
    return body.complete || (this.chunks === null && this.remaining <= this.carrier.engine.limits.maxDiscardedBytes)
  }

  /** After a response: drops the rest of the body as it arrives, and fails anyone who still reads it. */
  discard(): void {
    this.discarding = true
    this.body?.abandon()
  }

  /** The body is broken or will not arrive: fails its reader. */
  fail(reason: Error): void {
    if (!this.open) return
    if (this.discarding) return this.carrier.on(EVENT.finishes)
    this.carrier.endAfterThis()
    this.deadlines.expectNothing()
    this.body!.fail(reason)
  }

  /** Stops reading it. */
  close(reason: Error): void {
    this.open = this.full = false
    this.body?.fail(reason)
  }
}
