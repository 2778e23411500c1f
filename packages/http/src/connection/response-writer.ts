import { statusText } from '@arlen/core'
import type { Clock } from '../clock.ts'
import { type ResponseHead, UNKNOWN } from './exchange.ts'
import type { Output } from './output.ts'

const STATUS_LINES: string[] = []

/** `HTTP/1.1 200 OK` CRLF. Our version is sent whatever the request's was (RFC 9110, section 6.2). */
export function statusLine(status: number): string {
  STATUS_LINES[status] ??= `HTTP/1.1 ${status} ${statusText(status) ?? ''}\r\n`
  return STATUS_LINES[status]
}

export function contentLength(bytes: number): string {
  return `Content-Length: ${bytes}\r\n`
}

/** Writes HTTP/1.1 responses: heads, and the framing of their content. */
export class ResponseWriter {
  private readonly output: Output
  private readonly clock: Clock
  /** The minor version of the request. */
  private minor = 1
  private last = false
  private chunked = false
  private endsByClosing = false

  constructor(output: Output, clock: Clock) {
    this.output = output
    this.clock = clock
  }

  /** The response to another request is next. */
  begin(minor: number, last: boolean): void {
    this.minor = minor
    this.last = last
    this.chunked = false
  }

  /** Nothing may follow this response on its connection. */
  endAfterThis(): void {
    this.last = true
  }

  get isLast(): boolean {
    return this.last
  }

  /** The end of the connection is the end of the response that is being sent: until it is whole, nothing may look like it. */
  get isDelimitedByClose(): boolean {
    return this.endsByClosing
  }

  /** See `Exchange.sendPlain`. */
  plain(type: string, text: string, fields: string): number {
    if (this.last || this.minor === 0) return -1
    const start = this.clock.plainHead(type)
    if (start === '') return -1
    const bytes = Buffer.byteLength(text)
    this.output.add(`${start}${bytes}\r\n${fields}\r\n${text}`, bytes === text.length)
    return bytes
  }

  whole(head: ResponseHead, content: string | Uint8Array | null): void {
    const text = this.headText(head)
    if (content === null) this.output.add(text, true)
    else if (typeof content === 'string') this.output.add(text + content, head.length === content.length)
    else {
      this.output.add(text, true)
      this.output.addBytes(content)
    }
  }

  /** The head of a response whose content follows by `piece`, up to `end`. */
  head(head: ResponseHead): void {
    const isUnknown = head.length === UNKNOWN
    this.chunked = isUnknown && this.minor === 1
    // HTTP/1.0 knows no chunks: the end of the connection is the end of the content.
    this.endsByClosing = isUnknown && !this.chunked
    if (this.endsByClosing) this.last = true
    this.output.add(this.headText(head), true)
  }

  piece(piece: string | Uint8Array): void {
    const { output } = this
    if (typeof piece === 'string') {
      const bytes = Buffer.byteLength(piece)
      output.add(this.chunked ? `${bytes.toString(16)}\r\n${piece}\r\n` : piece, bytes === piece.length)
    } else if (this.chunked) output.addChunk(piece)
    else output.addBytes(piece)
  }

  /** The content is complete. */
  end(): void {
    if (this.chunked) this.output.add('0\r\n\r\n', true)
    this.chunked = this.endsByClosing = false
  }

  private headText({ status, fields, length }: ResponseHead): string {
    let head = statusLine(status) + this.clock.dateLine + fields
    // An Upgrade field is for this hop, so Connection must name it (RFC 9110, section 7.8).
    if (status === 426) head += this.last ? 'Connection: close, upgrade\r\n' : 'Connection: upgrade\r\n'
    else if (this.last) head += 'Connection: close\r\n'
    else if (this.minor === 0) head += 'Connection: keep-alive\r\n'
    if (length >= 0) head += contentLength(length)
    else if (length === UNKNOWN && this.minor === 1) head += 'Transfer-Encoding: chunked\r\n'
    return `${head}\r\n`
  }
}
