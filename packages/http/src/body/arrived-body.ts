import { Readable } from 'node:stream'
import { httpError } from '../errors.ts'
import type { Peeker, RequestBody } from './request-body.ts'
import { decodeUtf8 } from './utf8.ts'

const UNREAD = 0
const PEEKED = 1
const WHOLE = 2
const STREAMED = 3

/**
 * A body that arrived together with its head, as most do: there is nothing to wait for. Its bytes stay in the buffer they
 * were read into; they are copied only for readers that keep them, or if the request outlasts that buffer.
 */
export class ArrivedBody implements RequestBody {
  readonly trailers = ''
  private bytes: Buffer | null
  private start: number
  private readonly length: number
  private isBorrowed: boolean
  private use = UNREAD
  private readable: Readable | null = null
  private peeker: Peeker | null = null

  /** @param isBorrowed - the bytes are valid until `own` or `release` is called */
  constructor(bytes: Buffer, start: number, length: number, isBorrowed: boolean) {
    this.bytes = bytes
    this.start = start
    this.length = length
    this.isBorrowed = isBorrowed
  }

  get consumed(): boolean {
    return this.use >= WHOLE
  }

  /** Like `collect`, decoded; what is not UTF-8 is `body_invalid`. */
  text(limit: number, format: string): string {
    const bytes = this.read(WHOLE, limit)
    return decodeUtf8(bytes, format, this.start, this.start + this.length)
  }

  collect(limit: number): Buffer {
    this.read(WHOLE, limit)
    return this.whole()
  }

  stream(limit: number): Readable {
    if (this.readable !== null) return this.readable
    this.read(STREAMED, limit)
    const readable = new Readable({ read: () => undefined })
    readable.push(this.whole())
    readable.push(null)
    // Readers get the error; without readers, it must not end the process.
    readable.on('error', () => undefined)
    this.readable = readable
    return readable
  }

  peek(_most: number, peeker: Peeker): void {
    if (this.use !== UNREAD) throw this.consumedError()
    if (this.bytes === null) return peeker.end()
    this.use = PEEKED
    this.peeker = peeker
    peeker.piece(this.whole())
    this.endPeek()
  }

  endPeek(): void {
    const { peeker } = this
    this.peeker = null
    peeker?.end()
  }

  /** The buffer will be reused, and the request is not over. */
  own(): void {
    if (!this.isBorrowed || this.bytes === null) return
    const copy = Buffer.allocUnsafe(this.length)
    this.bytes.copy(copy, 0, this.start, this.start + this.length)
    this.bytes = copy
    this.start = 0
    this.isBorrowed = false
  }

  /** The request is over: nothing can be read any more. */
  release(): void {
    this.bytes = null
  }

  private read(use: number, limit: number): Buffer {
    if (this.use > PEEKED && (this.use !== WHOLE || use !== WHOLE)) throw this.consumedError()
    if (this.bytes === null) throw httpError('body_incomplete')
    if (this.length > limit) throw httpError('body_too_large')
    this.use = use
    return this.bytes
  }

  private whole(): Buffer {
    this.own()
    const bytes = this.bytes!
    const { start, length } = this
    return start === 0 && length === bytes.length ? bytes : bytes.subarray(start, start + length)
  }

  private consumedError(): Error {
    return httpError('body_consumed', { as: this.readable === null ? 'a whole' : 'a stream' })
  }
}
