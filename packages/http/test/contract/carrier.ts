import type { Handler, HttpOptions } from '../../src/index.ts'

/** A request in no form of any carrier's. */
export interface Ask {
  method?: string
  target?: string
  headers?: readonly (readonly [name: string, value: string])[]
  /** A string is declared with its length; an iterable is not. */
  body?: string | AsyncIterable<Uint8Array>
}

export interface RawResponse {
  status: number
  header(name: string): string | null
  /** The values of each Set-Cookie. */
  cookies: string[]
  /** The whole content; rejects where it is cut. */
  text(): Promise<string>
  /** The next piece, null at the end; rejects where the content is cut. */
  read(): Promise<Uint8Array | null>
}

export interface Asked {
  answer: Promise<RawResponse>
  /** The client goes away. */
  leave(): void
}

export interface Served {
  ask(ask?: Ask): Asked
  close(): Promise<void>
}

/** One way that requests reach a handler. */
export interface Carrier {
  serve(handler: Handler, options?: HttpOptions): Promise<Served>
}
