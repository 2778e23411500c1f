import type { Duplex } from 'node:stream'
import { WebSocket } from 'ws'
import { testingError } from '../errors.ts'
import { Queue } from './queue.ts'

/** The client side of a WebSocket (RFC 6455). Connects immediately; messages sent before wait. */
export class TestWebSocket implements AsyncDisposable {
  readonly #socket: WebSocket
  readonly #messages: Queue<string | Buffer>
  readonly #opened: PromiseWithResolvers<void> = Promise.withResolvers()
  readonly #closed: PromiseWithResolvers<{ code: number; reason: string }> = Promise.withResolvers()

  constructor(url: URL, protocols: readonly string[], headers: Record<string, string>, connect: () => Duplex) {
    const request = `GET ${url.pathname}${url.search} (WebSocket)`
    this.#messages = new Queue(request)
    this.#opened.promise.catch(() => undefined) // reported by message() and opened
    const createConnection = connect as unknown as () => never
    this.#socket = new WebSocket(url, [...protocols], { headers, createConnection })
    this.#socket
      .on('open', () => this.#opened.resolve())
      .on('message', (data: Buffer, binary) => this.#messages.add(binary ? data : data.toString('utf8')))
      .on('unexpected-response', (_, response) => {
        this.#fail(
          testingError('response_incomplete', {
            request,
            reason: `the server answered ${response.statusCode} instead of 101`,
          }),
        )
        response.destroy()
      })
      .on('error', error =>
        this.#fail(testingError('response_incomplete', { request, reason: error.message }, { cause: error })),
      )
      .on('close', (code, reason) => {
        this.#messages.end()
        this.#closed.resolve({ code, reason: reason.toString('utf8') })
      })
  }

  /** Resolves when the server has accepted the connection. */
  get opened(): Promise<void> {
    return this.#opened.promise
  }

  /** Resolves with code and reason when the connection has ended; 1006 if it was cut. */
  get closed(): Promise<{ code: number; reason: string }> {
    return this.#closed.promise
  }

  /** The subprotocol that the server chose. */
  get protocol(): string {
    return this.#socket.protocol
  }

  /** Sends text or bytes; any other value as JSON. */
  send(message: unknown): this {
    const data = typeof message === 'string' || message instanceof Uint8Array ? message : JSON.stringify(message)
    this.#opened.promise.then(
      () => this.#socket.send(data),
      () => undefined,
    )
    return this
  }

  /** The next message, text or bytes; undefined if the connection has ended. */
  message(timeoutMs?: number): Promise<string | Buffer | undefined> {
    return this.#messages.next(timeoutMs)
  }

  /** The next message as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: what JSON holds is known to the test alone
  async json(timeoutMs?: number): Promise<any> {
    const message = await this.message(timeoutMs)
    return message === undefined ? undefined : JSON.parse(message.toString())
  }

  /** Sends a close frame, and waits for the server's. */
  close(code: number = 1000, reason: string = ''): Promise<{ code: number; reason: string }> {
    this.#socket.close(code, reason)
    return this.closed
  }

  /** Cuts the connection silently. */
  terminate(): void {
    this.#socket.terminate()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.terminate()
  }

  #fail(error: Error): void {
    this.#opened.reject(error)
    this.#messages.end(error)
  }
}
