import { createParser } from 'eventsource-parser'
import { testingError } from '../errors.ts'
import type { RequestDescription } from '../request/description.ts'
import { sendRequest } from '../request/exchange.ts'
import type { WireConnection } from '../wire/wire-connection.ts'
import { Queue } from './queue.ts'

/** An event as a browser's EventSource delivers it. */
export interface ServerSentEvent {
  /** `message` if the server did not name it. */
  type: string
  data: string
  /** The last id that the server sent. */
  id: string | undefined
}

/**
 * The events of one URL (HTML standard, "server-sent events"). Connects when the first event is requested. Ends with the
 * test, or by `close()`.
 */
export class EventStream implements AsyncIterable<ServerSentEvent>, AsyncDisposable {
  /** The reconnection delay that the server requested, in milliseconds. */
  retryMs: number | undefined
  /** Comments, which servers send to keep a connection open. */
  readonly comments: string[] = []
  readonly #description: RequestDescription
  readonly #connect: () => WireConnection
  readonly #host: string
  readonly #queue: Queue<ServerSentEvent>
  #connection: WireConnection | undefined
  #lastId: string | undefined

  constructor(description: RequestDescription, connect: () => WireConnection, host: string) {
    this.#description = description
    this.#connect = connect
    this.#host = host
    this.#queue = new Queue(`GET ${description.target} (events)`)
  }

  /** The next event; undefined if the server has ended the stream. */
  next(timeoutMs?: number): Promise<ServerSentEvent | undefined> {
    this.#open()
    return this.#queue.next(timeoutMs)
  }

  /** Disconnects, as a browser does when it leaves the page. */
  close(): void {
    this.#queue.end()
    this.#connection?.destroy()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ServerSentEvent> {
    try {
      for (let event = await this.next(); event !== undefined; event = await this.next()) yield event
    } finally {
      this.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
  }

  #open(): void {
    if (this.#connection) return
    this.#connection = this.#connect()
    const parser = createParser({
      onEvent: ({ event = 'message', data, id }) => {
        this.#lastId = id ?? this.#lastId
        this.#queue.add({ type: event, data, id: this.#lastId })
      },
      onRetry: ms => {
        this.retryMs = ms
      },
      onComment: text => void this.comments.push(text),
    })
    const decoder = new TextDecoder()
    const request = `GET ${this.#description.target}`
    sendRequest(this.#connection, this.#description, undefined, this.#host, {
      method: 'GET',
      head: ({ status, fields }) => {
        const type = fields.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? 'no type'
        if (status === 200 && type.startsWith('text/event-stream')) return
        this.#queue.end(
          testingError('response_incomplete', { request, reason: `it is ${status} ${type}, and no stream of events` }),
        )
        this.#connection?.destroy()
      },
      data: bytes => parser.feed(decoder.decode(bytes, { stream: true })),
      end: () => this.#queue.end(),
      failed: error =>
        this.#queue.end(testingError('response_incomplete', { request, reason: error.message }, { cause: error })),
    })
  }
}
