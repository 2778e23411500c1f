import { Body, type BodySource } from '../body/body.ts'
import { CHUNKED } from '../body/body-framing.ts'
import type { Deadlines } from '../connection/deadlines.ts'
import { httpError } from '../errors.ts'

/** Carries the body. */
export interface FetchBodyOwner extends BodySource {
  readonly deadlines: Deadlines
  /** The caller's stream failed, for example because a client disconnected during an upload. */
  bodyBroke(reason: unknown): void
}

/** Passes the body of a web Request to its reader, at the reader's pace. */
export class FetchBody {
  readonly body: Body
  private readonly owner: FetchBodyOwner
  private readonly request: Request
  /** Content-Length, or CHUNKED if it is unknown. */
  private readonly declared: number
  private reader: ReadableStreamDefaultReader<Uint8Array> | null = null
  private reading = false
  private full = false
  private closed = false

  constructor(owner: FetchBodyOwner, request: Request, declared: number) {
    this.body = new Body(owner, declared)
    this.owner = owner
    this.request = request
    this.declared = declared
  }

  /** Reading has begun. */
  want(): void {
    if (this.closed) return this.body.fail(httpError('body_incomplete'))
    if (this.body.complete || this.reading) return
    this.owner.deadlines.expectBody()
    void this.read()
  }

  pause(): void {
    this.full = true
    this.owner.deadlines.expectNothing()
  }

  resume(): void {
    if (!this.full) return
    this.full = false
    if (!this.closed) this.want()
  }

  private async read(): Promise<void> {
    this.reading = true
    try {
      this.reader ??= this.request.body?.getReader() ?? null
      while (!this.full && !this.closed) {
        const step = this.reader === null ? { done: true, value: undefined } : await this.reader.read()
        if (this.closed) return
        if (step.value === undefined) return this.end()
        this.push(step.value)
      }
    } catch (error) {
      if (!this.closed) this.owner.bodyBroke(error)
    } finally {
      this.reading = false
    }
  }

  private push(piece: Uint8Array): void {
    if (!(piece instanceof Uint8Array)) throw new TypeError('The body of the Request is not a stream of bytes.')
    if (this.declared !== CHUNKED && this.body.received + piece.length > this.declared) {
      return this.fail(httpError('framing_invalid'))
    }
    this.body.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))
    if (!this.full) this.owner.deadlines.expectMoreBody(this.body.received)
  }

  private end(): void {
    if (this.declared !== CHUNKED && this.body.received < this.declared) {
      return this.fail(httpError('request_incomplete'))
    }
    this.owner.deadlines.expectNothing()
    this.body.end('')
  }

  /** The body is broken or will not arrive: fails its reader. */
  fail(reason: Error): void {
    this.owner.deadlines.expectNothing()
    this.body.fail(reason)
    this.letGo(reason)
  }

  /** The response has been sent, or is no longer expected: stops reading the body, and fails pending reads. */
  close(reason: Error): void {
    if (this.closed || this.body.complete) return
    this.body.abandon()
    this.body.fail(reason)
    this.letGo(reason)
  }

  private letGo(reason: Error): void {
    this.closed = true
    const { reader, request } = this
    // The body that Node.js creates for a FormData cannot be canceled: it would cause a rejection that cannot be handled.
    if (/^multipart\/form-data[ \t]*(?:;|$)/i.test(request.headers.get('content-type') ?? '')) return
    if (reader !== null)
      reader.cancel(reason).catch(() => undefined) // it is being abandoned: its result does not matter
    else if (request.body !== null && !request.bodyUsed) request.body.cancel(reason).catch(() => undefined) // as above
  }
}
