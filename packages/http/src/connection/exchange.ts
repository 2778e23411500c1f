import type { Duplex } from 'node:stream'
import type { BodySource } from '../body/body.ts'
import type { Engine } from '../engine.ts'

/**
 * Takes a connection over. What the client sent after its request is in `head`; from now on nobody else reads or writes
 * the socket, or closes it, but the server when it shuts down.
 */
export type UpgradeHandler = (socket: Duplex, head: Buffer) => void

/** The length of content that is not known before it is sent. */
export const UNKNOWN = -1
/** No length is told at all: the status says that there is no content (RFC 9110, section 8.6). */
export const UNTOLD = -2

/** The head of a response, but for what belongs to whatever carries it. */
export interface ResponseHead {
  status: number
  /** `Name: value` CRLF for each field; none that frames the content, and no Date. */
  fields: string
  /** Bytes of the content, {@link UNKNOWN} or {@link UNTOLD}. To a HEAD, what a GET would have got. */
  length: number
  /** The application asks that nothing follow this response. */
  last: boolean
}

/**
 * One request and its response, as HTTP's semantics see whatever carries them: a connection of HTTP/1.1, or the bridge to
 * the web's Request and Response. This is all that a responder, a request and the reader of a body know of it.
 */
export interface Exchange extends BodySource {
  readonly engine: Engine
  /** Address of the peer; undefined for a unix socket, empty where nobody knows. */
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  /** Content with more bytes is written piece by piece, so that it can be seen whether the peer takes any. */
  readonly largestWhole: number

  /** The response to this request must start within this many milliseconds from now; nothing where it has. */
  limitHandler(request: object, ms: number): void

  /**
   * The short way for most answers: sends 200 with a text and no field but its type and `fields`.
   *
   * @param fields - as in {@link ResponseHead}, without Content-Type
   * @returns the bytes of the text, or -1 and nothing is sent, where the head must say more than that: then the response
   *   goes by `sendWhole`
   */
  sendPlain(type: string, text: string, fields: string): number
  /** Sends a response that is all there; null is no content. */
  sendWhole(head: ResponseHead, content: string | Uint8Array | null): void
  /** Sends the head of a response whose content is written piece by piece. */
  sendHead(head: ResponseHead): void
  /** Sends a piece of the content. False when the peer cannot keep up; the responder's `resume` is called when it can. */
  write(piece: string | Uint8Array): boolean
  /** The response is complete: another request may follow. */
  complete(): void
  /** Half a response is worse than none: ends it so that the peer can tell that it is not whole. */
  cut(reason: unknown): void
  /** Hands the connection to another protocol; its response is whatever `take` writes. */
  upgrade(take: UpgradeHandler): void
}
