import { Readable } from 'node:stream'
import type { Clock } from '../clock.ts'
import { httpError } from '../errors.ts'
import { bytesOf, isBytes, Reply, type StreamBody } from '../response/reply.ts'
import { isStream } from '../response/to-reply.ts'
import { webReply } from '../response/web-reply.ts'

/** Where the pieces of a streamed response go: the connection. */
export interface StreamSink {
  /** The source has its first piece, or has ended without one: the response can begin. */
  streamBegin(): void
  /** False if the peer cannot keep up; `resume` is called once it can. */
  streamWrite(piece: Uint8Array | string): boolean
  streamEnd(): void
  streamFail(error: unknown): void
}

/** Reads a source as fast as the peer accepts it, and stops when the peer is gone. */
export class StreamResponse {
  /** Bytes of content handed to the connection. */
  sent = 0
  private done = false
  private begun = false
  private readonly sink: StreamSink
  private readonly source: StreamBody
  /** Declared length, or -1. */
  private readonly declared: number
  private readonly clock: Clock
  /** When the source delivered its last piece, in ticks of the clock. */
  private heardAt: number
  private waiting: (() => void) | null = null
  /** Releases the source, once reading has begun. */
  private stop: ((reason: unknown) => void) | null = null

  constructor(sink: StreamSink, source: StreamBody, declared: number, clock: Clock) {
    this.sink = sink
    this.source = source
    this.declared = declared
    this.clock = clock
    this.heardAt = clock.tick
  }

  start(): void {
    if (this.source instanceof Readable) this.readNode(this.source)
    else if (this.source instanceof ReadableStream) void this.readWeb(this.source)
    else void this.iterate(this.source)
  }

  /** Begins the response although there is nothing to send yet. */
  begin(): void {
    if (this.begun) return
    this.begun = true
    this.sink.streamBegin()
  }

  /** How long the source has been silent although the peer waits for more, in ticks. */
  silentFor(tick: number): number {
    return this.waiting === null ? tick - this.heardAt : 0
  }

  /** The peer has accepted what was written. */
  resume(): void {
    const { waiting } = this
    this.waiting = null
    waiting?.()
  }

  /** Nobody waits for the rest. */
  cut(reason: unknown): void {
    if (this.done) return
    this.done = true
    this.letGo(reason)
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

  private async iterate(source: AsyncIterable<Uint8Array | string>): Promise<void> {
    try {
      const iterator = source[Symbol.asyncIterator]()
      this.stop = () => quietly(() => iterator.return?.(undefined))
      while (!this.done) {
        const step = await iterator.next()
        if (step.done === true) return this.end()
        if (!this.done && !this.write(step.value)) await this.room()
      }
    } catch (error) {
      this.fail(error)
    }
  }

  /** Uses its reader: an iterator would end a source only after the pending read. */
  private async readWeb(source: ReadableStream<Uint8Array | string>): Promise<void> {
    try {
      const reader = source.getReader()
      this.stop = reason => quietly(() => reader.cancel(reason))
      while (!this.done) {
        const step = await reader.read()
        if (step.done) return this.end()
        if (!this.done && !this.write(step.value)) await this.room()
      }
    } catch (error) {
      this.fail(error)
    }
  }

  private room(): Promise<void> {
    return new Promise(resolve => (this.waiting = resolve))
  }

  private write(piece: Uint8Array | string): boolean {
    if (typeof piece !== 'string' && !(piece instanceof Uint8Array)) {
      if (isBytes(piece)) return this.write(bytesOf(piece))
      this.fail(httpError('response_unsupported', { type: `a stream of ${typeof piece}` }))
      return true
    }
    const bytes = typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length
    this.sent += bytes
    if (this.declared >= 0 && this.sent > this.declared) {
      this.fail(httpError('content_length_mismatch', { declared: this.declared, actual: `${this.sent} or more` }))
      return true
    }
    this.begin()
    if (bytes === 0) return true
    this.heardAt = this.clock.tick
    return this.sink.streamWrite(piece)
  }

  private end(): void {
    if (this.done) return
    if (this.declared >= 0 && this.sent !== this.declared) {
      return this.fail(httpError('content_length_mismatch', { declared: this.declared, actual: this.sent }))
    }
    this.begin()
    this.done = true
    this.sink.streamEnd()
  }

  private fail(error: unknown): void {
    if (this.done) return
    this.done = true
    this.letGo(error)
    this.sink.streamFail(error)
  }

  private letGo(reason: unknown): void {
    if (this.stop !== null) this.stop(reason)
    else release(this.source, reason)
  }
}

/**
 * Throws if a source has already ended, failed or been consumed: it would never deliver anything, and the response would
 * wait forever.
 */
export function checkUnread(source: StreamBody): void {
  if (source instanceof Readable) {
    source.on('error', () => undefined) // it may still report its failure, which `errored` already has
    if (source.destroyed || source.readableEnded) throw source.errored ?? httpError('stream_incomplete')
  } else if (source instanceof ReadableStream && source.locked) throw httpError('stream_incomplete')
}

/** Releases a source that will never be read. Its errors are ignored. */
export function release(source: StreamBody, reason: unknown): void {
  quietly(() => {
    if (source instanceof Readable) return void source.on('error', () => undefined).destroy()
    if (source instanceof ReadableStream) return source.locked ? undefined : source.cancel(reason)
    return 'return' in source && typeof source.return === 'function' ? source.return(undefined) : undefined // a generator
  })
}

function quietly(work: () => unknown): void {
  Promise.resolve()
    .then(work)
    .catch(() => undefined) // there is no one left to report it to
}

/** Releases the stream in a handler's result that is not sent. */
export function discard(result: unknown): void {
  quietly(() => {
    const body =
      result instanceof Reply ? result.body : result instanceof Response ? webReply(result, true).body : result
    if (typeof body === 'object' && body !== null && isStream(body)) release(body, undefined)
  })
}
