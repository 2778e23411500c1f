import type { Duplex } from 'node:stream'
import { type ResponseHead, ResponseReader } from './response-reader.ts'

/** Receives the outcome of one request on a connection. */
export interface Receiver {
  method: string
  interim?(head: ResponseHead): void
  head(head: ResponseHead): void
  data(bytes: Buffer): void
  end(): void
  /** The connection was lost or became unusable before the response was complete. */
  failed(error: Error): void
  /** The connection switched to another protocol; `rest` is what has already arrived. */
  upgraded?(stream: Duplex, rest: Buffer): void
}

/** One connection to the server, for one request at a time. */
export class WireConnection {
  readonly stream: Duplex
  #reader: ResponseReader | null = null
  #receiver: Receiver | null = null
  #reusable = true
  readonly #onIdle: (connection: WireConnection) => void
  readonly #onGone: (connection: WireConnection) => void

  constructor(
    stream: Duplex,
    onIdle: (connection: WireConnection) => void,
    onGone: (connection: WireConnection) => void,
  ) {
    this.stream = stream
    this.#onIdle = onIdle
    this.#onGone = onGone
    stream.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose)
  }

  get usable(): boolean {
    return this.#reusable && this.#receiver === null && !this.stream.destroyed && this.stream.writable
  }

  /** Writes the bytes of a request, and passes what arrives to the receiver. */
  send(bytes: string | Buffer, receiver: Receiver): void {
    this.expect(receiver)
    this.stream.write(bytes as string, 'latin1')
  }

  /** Reads a response to something that was written by other means. */
  expect(receiver: Receiver): void {
    this.#receiver = receiver
    this.#reader = new ResponseReader(receiver.method, {
      interim: head => receiver.interim?.(head),
      head: head => receiver.head(head),
      data: bytes => receiver.data(bytes),
      end: (rest, reusable) => this.#finish(rest, reusable),
    })
  }

  /** The raw stream, for another protocol. It still ends with the application. */
  detach(): Duplex {
    this.#detach()
    return this.stream
  }

  destroy(): void {
    this.stream.destroy()
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#reader === null) return this.#fail(new Error(`the server sent ${bytes.length} bytes without a request`))
    try {
      this.#reader.receive(bytes)
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  readonly #onEnd = (): void => {
    this.#reusable = false
    if (this.#reader === null) this.stream.end()
    else if (!this.#reader.eof()) this.#fail(this.#cut('the connection was closed'))
    if (!this.stream.destroyed) this.stream.end()
  }

  readonly #onError = (error: Error & { code?: string }): void => {
    this.#fail(this.#cut(`the connection failed (${error.code ?? error.message})`, error))
  }

  readonly #onClose = (): void => {
    this.#fail(this.#cut('the connection was cut'))
    this.#onGone(this)
  }

  #cut(what: string, cause?: Error): Error {
    const { waitingFor } = this.#reader ?? { waitingFor: 'nothing' }
    return new Error(`${what} before ${waitingFor}`, cause && { cause })
  }

  #finish(rest: Buffer, reusable: boolean): void {
    const receiver = this.#receiver!
    const upgraded = this.#reader!.upgraded
    this.#reader = null
    this.#receiver = null
    if (upgraded) {
      this.#detach()
      receiver.end()
      receiver.upgraded?.(this.stream, rest)
      return
    }
    if (rest.length > 0) {
      this.#reusable = false
      receiver.failed(new Error(`the server sent ${rest.length} bytes behind the answer`))
      return this.destroy()
    }
    this.#reusable &&= reusable
    if (!this.#reusable) this.stream.end()
    receiver.end()
    if (this.usable) this.#onIdle(this)
  }

  #fail(error: Error): void {
    const receiver = this.#receiver
    this.#reusable = false
    this.#receiver = null
    this.#reader = null
    receiver?.failed(error)
    if (receiver !== null) this.destroy()
  }

  #detach(): void {
    this.#reusable = false
    const { stream } = this
    stream.off('data', this.#onData).off('end', this.#onEnd).off('error', this.#onError)
    Object.assign(stream, { readableFlowing: null }) // the next `data` listener starts it
  }
}
