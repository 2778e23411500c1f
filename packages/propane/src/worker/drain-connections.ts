import type { Socket } from 'node:net'
import { type Connection, type Connections, endGently, isBusy } from './connections.ts'
import { sayGoingAway } from './websocket.ts'

/** The largest id of a stream: a GOAWAY frame with it announces the end, but refuses no stream yet (RFC 9113, section 6.8). */
const LARGEST_STREAM = 2 ** 31 - 1

const NO_ERROR = 0

export interface DrainOptions {
  /** How long requests may take, in milliseconds; then their connections are cut. */
  graceMs: number
  /** How long idle connections stay open, for requests that are already on their way. */
  idleMs: number
  /** Called once when nothing but upgraded connections is left. They are told to go when it resolves. */
  onQuiet: () => Promise<void>
}

/**
 * Ends the connections of a server that accepts no more: those in use after their answer, idle ones after a window, HTTP/2
 * ones by GOAWAY, WebSockets by a close frame with 1001 once all others have ended.
 */
export class Draining {
  readonly #connections: Connections
  readonly #options: DrainOptions
  /** The idle window is over: connections that become idle now are closed. */
  idleOver = false
  #quiet = false
  #cut = 0
  readonly #done = Promise.withResolvers<number>()
  readonly #timers: NodeJS.Timeout[] = []

  constructor(connections: Connections, options: DrainOptions) {
    this.#connections = connections
    this.#options = options
  }

  /** Resolves with the number of connections that were cut. */
  run(): Promise<number> {
    const { graceMs, idleMs } = this.#options
    for (const socket of this.#connections.all()) {
      const connection = this.#connections.of(socket)!
      connection.bytesRead = socket.bytesRead
      if (connection.streams > 0) announceEnd(connection)
    }
    this.#connections.onForgotten(() => this.#check())
    this.#timers.push(setTimeout(() => this.#closeIdle(), Math.min(idleMs, graceMs)))
    this.#timers.push(setTimeout(() => this.#cutAll(), graceMs))
    this.#check()
    return this.#done.promise
  }

  /** A connection that has just answered its last request. */
  answered(socket: Socket): void {
    if (this.idleOver) endGently(socket)
  }

  /** An HTTP/2 connection that was on its way when draining began has an idle window of its own. */
  sessionStarted(connection: Connection): void {
    connection.isLate = true
    this.#timers.push(setTimeout(() => connection.session!.close(), this.#options.idleMs))
  }

  /** A stream of an HTTP/2 connection. */
  streamArrived(connection: Connection): void {
    announceEnd(connection)
  }

  /** After the last stream Node.js reads no more: what the client has sent meanwhile is refused now, so that it asks elsewhere. */
  streamEnded({ streams, session, isGoingAway }: Connection): void {
    if (streams === 0 && isGoingAway) session!.close()
  }

  #closeIdle(): void {
    this.idleOver = true
    for (const socket of this.#connections.all()) {
      const connection = this.#connections.of(socket)
      if (connection?.session && connection.isLate) continue
      if (connection?.session) connection.session.close()
      else if (connection && !isBusy(connection) && socket.bytesRead === connection.bytesRead) endGently(socket)
    }
    this.#check()
  }

  #cutAll(): void {
    const sockets = this.#connections.all()
    this.#cut = sockets.length
    for (const socket of sockets) socket.destroy()
    this.#finish()
  }

  #check(): void {
    if (this.#connections.size === 0) return this.#finish()
    if (this.#quiet || !this.idleOver || this.#connections.size > this.#connections.upgraded) return
    this.#quiet = true
    void this.#options.onQuiet().then(() => {
      for (const socket of this.#connections.all()) {
        if (this.#connections.of(socket)?.upgraded === 'websocket') sayGoingAway(socket)
      }
    })
  }

  #finish(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#done.resolve(this.#cut)
  }
}

/**
 * Tells an HTTP/2 client to open no more streams here; those it has already opened are served. Only for a connection with
 * an open stream: Node.js stops reading a connection that has none once GOAWAY is sent, and a request on its way would be lost.
 */
function announceEnd(connection: Connection): void {
  const { session } = connection
  if (!session || connection.isGoingAway || session.closed || session.destroyed) return
  connection.isGoingAway = true
  session.goaway(NO_ERROR, LARGEST_STREAM)
}
