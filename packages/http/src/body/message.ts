import type { Readable } from 'node:stream'
import type { Exchange } from '../connection/exchange.ts'
import type { Body } from './body.ts'

/** What the readers of a body need of the request that has it. */
export interface Message {
  /** Largest body in bytes, as received. */
  readonly maxBodyBytes: number
  /** Most values in a JSON body. */
  readonly maxJsonValues: number
  /** The body as a stream with back-pressure. */
  readonly stream: Readable
  header(name: string): string | undefined
  /** @internal */ readonly _exchange: Exchange
  /** @internal Null where there is none. */
  readonly _body: Body | null
  /** @internal The body once it is read whole. */
  _whole: Buffer | Promise<Buffer> | null
  /** @internal The body may have a Content-Encoding. */
  readonly _coded: boolean
  /** @internal Runs `work` once the request is answered or cut. */
  _atEnd(work: () => unknown): void
}
