import { Readable } from 'node:stream'
import type { StreamBody } from '../answer/reply.ts'
import { httpError } from '../errors.ts'

/** Where the pieces of a streamed answer go: the connection. */
export interface StreamSink {
  /** False when the peer cannot keep up; `resume` is called once it can. */
  streamWrite(piece: Uint8Array | string): boolean
  streamEnd(): void
  streamFail(error: unknown): void
}

/** Reads a source as fast as the peer takes it, and stops reading it when the peer is gone. */
export class StreamAnswer {
  /** Bytes of content handed to the connection. */
  sent = 0
  private done = false
  private readonly sink: StreamSink
  private readonly source: StreamBody
  /** Declared length, or -1. */
  private readonly declared: number
  private waiting: (() => void) | null = null
  private iterator: AsyncIterator<Uint8Array | string> | null = null

  constructor(sink: StreamSink, source: StreamBody, declared: number) {
    this.sink = sink
    this.source = source
    this.declared = declared
  }

  start(): void {
    if (this.source instanceof Readable) this.readNode(this.source)
    else void this.iterate(this.source)
  }

  /** The peer has taken what was written. */
  resume(): void {
    const { waiting } = this
    this.waiting = null
    waiting?.()
  }

  /** Nobody waits for the rest. */
  cut(reason: unknown): void {
    if (this.done) return
    this.done = true
    release(this.source, this.iterator, reason)
    this.resume()
  }

  private readNode(source: Readable): void {
    source.on('data', (piece: Uint8Array | string) => {
      if (this.done || this.write(piece)) return
      source.pause()
      this.waiting = () => source.resume()
    })
    source.on('end', () => this.end())
    source.on('error', error => this.fail(error))
    source.on('close', () => this.fail(httpError('stream_incomplete')))
  }

  private async iterate(source: Exclude<StreamBody, Readable>): Promise<void> {
    try {
      const iterator = (source as AsyncIterable<Uint8Array | string>)[Symbol.asyncIterator]()
      this.iterator = iterator
      while (!this.done) {
        const step = await iterator.next()
        if (step.done === true) return this.end()
        if (!this.done && !this.write(step.value)) await new Promise<void>(resolve => (this.waiting = resolve))
      }
    } catch (error) {
      this.fail(error)
    }
  }

  private write(piece: Uint8Array | string): boolean {
    if (typeof piece !== 'string' && !(piece instanceof Uint8Array)) {
      this.fail(httpError('answer_unsupported', { type: `a stream of ${typeof piece}` }))
      return true
    }
    const bytes = typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length
    if (bytes === 0) return true
    this.sent += bytes
    if (this.declared >= 0 && this.sent > this.declared) {
      this.fail(httpError('content_length_mismatch', { declared: this.declared, actual: `${this.sent} or more` }))
      return true
    }
    return this.sink.streamWrite(piece)
  }

  private end(): void {
    if (this.done) return
    if (this.declared >= 0 && this.sent !== this.declared) {
      return this.fail(httpError('content_length_mismatch', { declared: this.declared, actual: this.sent }))
    }
    this.done = true
    this.sink.streamEnd()
  }

  private fail(error: unknown): void {
    if (this.done) return
    this.done = true
    release(this.source, this.iterator, error)
    this.sink.streamFail(error)
  }
}

/**
 * Throws where a source has ended, failed or been taken already: it says nothing any more, and whoever waited for it would
 * wait for ever.
 */
export function checkUnread(source: StreamBody): void {
  if (source instanceof Readable) {
    if (source.destroyed || source.readableEnded) throw source.errored ?? httpError('stream_incomplete')
  } else if (source instanceof ReadableStream && source.locked) throw httpError('stream_incomplete')
}

/** Lets go of a source that will not be read to its end. */
export function release(source: StreamBody, iterator: AsyncIterator<unknown> | null, reason: unknown): void {
  if (source instanceof Readable) {
    source.on('error', () => undefined) // it is being thrown away; what it says of that is of no interest
    source.destroy()
  } else if (iterator !== null) {
    iterator.return?.(undefined)?.catch(() => undefined) // as above
  } else if (source instanceof ReadableStream && !source.locked) {
    source.cancel(reason).catch(() => undefined) // as above
  }
}
