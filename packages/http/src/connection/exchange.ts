import type { Duplex } from 'node:stream'
import type { BodySource } from '../body/body.ts'
import type { Engine } from '../engine.ts'

/**
 * Takes over a connection. `head` is what the client sent after its request. From now on nothing else reads, writes or
 * closes the socket, except the server when it shuts down.
 */
export type UpgradeHandler = (socket: Duplex, head: Buffer) => void

/** The length of content that is unknown before it is sent. */
export const UNKNOWN = -1
/** No length is sent: the status implies that there is no content (RFC 9110, section 8.6). */
export const UNTOLD = -2

/** The head of a response, without the fields of the transport. */
export interface ResponseHead {
  status: number
  /** `Name: value` CRLF for each field, except those that frame the content, and Date. */
  fields: string
  /** Bytes of the content, {@link UNKNOWN} or {@link UNTOLD}. For HEAD, the length of the GET response. */
  length: number
  /** The application wants this response to be the last. */
  last: boolean
}

/**
 * One request and its response, independent of what carries them: an HTTP/1.1 connection, or the bridge to the web's
 * Request and Response. This is all that a responder, a request and a body reader know about it.
 */
export interface Exchange extends BodySource {
  readonly engine: Engine
  /** Address of the peer; undefined for a Unix socket, empty if unknown. */
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  /** Content with more bytes is written piece by piece, to detect a peer that does not read. */
  readonly largestWhole: number

  /** The response to this request must start within this many milliseconds from now; no effect if it has started. */
  limitHandler(request: object, ms: number): void

  /**
   * The short path for most responses: sends 200 with a text and no fields but its type and `fields`.
   *
   * @param fields - as in {@link ResponseHead}, without Content-Type
   * @returns the bytes of the text, or -1 if the head needs more than that; then nothing is sent, and the response goes
   * through `sendWhole`
   */
  sendPlain(type: string, text: string, fields: string): number
  /** Sends a complete response; null means no content. */
  sendWhole(head: ResponseHead, content: string | Uint8Array | null): void
  /** Sends the head of a response whose content is written piece by piece. */
  sendHead(head: ResponseHead): void
  /** Sends a piece of the content. False if the peer cannot keep up; the responder's `resume` is called when it can. */
  write(piece: string | Uint8Array): boolean
  /** The response is complete: another request may follow. */
  complete(): void
  /** Ends an incomplete response so that the peer can tell that it is incomplete. */
  cut(reason: unknown): void
  /** Hands the connection to another protocol; `take` writes the response. */
  upgrade(take: UpgradeHandler): void
}
