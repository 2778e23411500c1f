import type { ServerResponse } from 'node:http'
import type { ServerHttp2Session } from 'node:http2'
import type { Socket } from 'node:net'

/** The state of a connection. It is stored on the socket itself, for the fastest access. */
export interface Connection {
  /** Index of the socket in the list. */
  index: number
  /** The latest response. Responses on an HTTP/1.1 connection end in order, so it is busy until this one has ended. */
  response: ServerResponse | undefined
  /** What it has become by an upgrade: no longer HTTP, so never idle. */
  upgraded: false | 'websocket' | 'other'
  /** Bytes read when draining began; more bytes mean that a request is arriving. */
  bytesRead: number
  /** Set on an HTTP/2 connection. */
  session: ServerHttp2Session | undefined
  /** Open streams of an HTTP/2 connection. */
  streams: number
  /** Whether an HTTP/2 client has been told to open no more streams. */
  isGoingAway: boolean
  /** An HTTP/2 connection that was opened while the worker drains. */
  isLate: boolean
}

const CONNECTION: unique symbol = Symbol('propane connection')

export type Tracked = Socket & { [CONNECTION]?: Connection | undefined }

/** The open connections of a server. A list whose last entry fills a gap: a Set would add a tenth to the cost of a connection. */
export class Connections {
  readonly #sockets: Tracked[] = []
  /** How many of them are upgraded. */
  upgraded = 0
  readonly #onForgotten: (() => void)[] = []
  /** One listener for all connections instead of a new one for each. */
  readonly #closed: (this: Tracked) => void

  constructor() {
    const forget = (socket: Tracked) => this.forget(socket)
    this.#closed = function closed() {
      forget(this)
    }
  }

  get size(): number {
    return this.#sockets.length
  }

  /** A copy, because iterating over it may end connections. */
  all(): Tracked[] {
    return [...this.#sockets]
  }

  of(socket: Socket): Connection | undefined {
    return (socket as Tracked)[CONNECTION]
  }

  add(socket: Tracked): void {
    socket[CONNECTION] = {
      index: this.#sockets.length,
      response: undefined,
      upgraded: false,
      bytesRead: 0,
      session: undefined,
      streams: 0,
      isGoingAway: false,
      isLate: false,
    }
    this.#sockets.push(socket)
    socket.on('close', this.#closed)
  }

  upgrade(socket: Socket, to: 'websocket' | 'other'): void {
    const connection = this.of(socket)
    if (!connection || connection.upgraded) return
    connection.upgraded = to
    this.upgraded++
  }

  forget(socket: Tracked): void {
    const connection = socket[CONNECTION]
    if (!connection) return
    socket[CONNECTION] = undefined
    const last = this.#sockets.pop()!
    if (last !== socket) {
      this.#sockets[connection.index] = last
      last[CONNECTION]!.index = connection.index
    }
    if (connection.upgraded) this.upgraded--
    for (const listener of this.#onForgotten) listener()
  }

  /** Calls back after each connection that has ended. */
  onForgotten(listener: () => void): void {
    this.#onForgotten.push(listener)
  }

  /** Number of requests in flight; an upgraded connection counts as one. */
  countInFlight(): number {
    let inFlight = 0
    for (const socket of this.#sockets) {
      const connection = socket[CONNECTION]!
      if (connection.session) inFlight += connection.streams
      else if (isBusy(connection)) inFlight++
      else connection.response = undefined // an idle connection must not keep the response, and objects attached to it, alive
    }
    return inFlight
  }
}

/** Whether a request on it is in flight. */
export function isBusy({ response, upgraded, streams }: Connection): boolean {
  return (
    upgraded !== false || streams > 0 || (response !== undefined && !response.writableFinished && !response.destroyed)
  )
}

/** Half-closes a connection, so that the client sees an end and not a reset. */
export function endGently(socket: Socket): void {
  socket.end()
  setTimeout(() => socket.destroy(), 500).unref()
}
