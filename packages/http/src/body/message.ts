import type { Readable } from 'node:stream'
import type { Exchange } from '../connection/exchange.ts'
import type { RequestBody } from './request-body.ts'

/** What the body readers need of a request. */
export interface Message {
  /** Largest body in bytes, as received. */
  readonly maxBodyBytes: number
  /** Most values in a JSON body. */
  readonly maxJsonValues: number
  /** The body as a stream with back-pressure. */
  readonly stream: Readable
  header(name: string): string | undefined
  /** @internal */ readonly _exchange: Exchange
  /** @internal Null if there is none. */
  readonly _body: RequestBody | null
  /** @internal The body, once it has been read completely. */
  _whole: Buffer | Promise<Buffer> | null
  /** @internal Whether the body may have a Content-Encoding. */
  readonly _coded: boolean
  /** @internal Runs `work` once the response has been sent or cut off. */
  _atEnd(work: () => unknown): void
}
