import type { Readable } from 'node:stream'

/** The body of one request, as its readers know it. Sizes are bytes as received, without chunked framing. */
export interface RequestBody {
  /** The trailer section, raw; empty until the body is complete. */
  readonly trailers: string
  /** Whether it has been read or is being read. */
  readonly consumed: boolean
  /**
   * The whole body in one buffer, synchronously if it has all arrived. Throws, or rejects, with body_too_large as soon as
   * it is known to exceed `limit`.
   */
  collect(limit: number): Buffer | Promise<Buffer>
  /** The body as a stream; reading it slowly slows down the peer. */
  stream(limit: number): Readable
  /**
   * Shows the beginning of the body, at least `most` bytes or all there is, and consumes nothing: a later reader gets it
   * from its first byte, under its own limit.
   */
  peek(most: number, peeker: Peeker): void
  /** The peeker has seen enough: the rest stays where it is until the body is read. */
  endPeek(): void
}

/** Receives the beginning of a body before it is consumed. */
export interface Peeker {
  /** A piece of the body, in order. */
  piece(bytes: Buffer): void
  /** There is nothing more to see: the body ends or fails here, or enough of it was shown. */
  end(): void
}
