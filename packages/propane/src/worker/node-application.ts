import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import { isHealthPath } from '@arlen/core/health-paths'
import type { Application } from './application.ts'

export interface NodeOptions {
  kind: string
  server: HttpServer
  /** The application's work before the first request and after the last answer. */
  ready?: () => unknown
  close?: () => unknown
  maxInFlight: number
  healthPaths: readonly string[]
  retryAfterSeconds: number
  /** Value of `X-Propane-Worker`, if responses carry it. */
  header?: string
}

/** The state of a connection. It is stored on the socket itself, for the fastest access. */
interface Connection {
  /** Index of the socket in the list. */
  index: number
  /** The latest response. Responses on a connection end in order, so the connection is busy until this one has ended. */
  response: ServerResponse | undefined
  /** Upgraded: no longer HTTP, so never idle. */
  upgraded: boolean
  /** Bytes read when draining began; more bytes mean that a request is arriving. */
  bytesRead: number
}

const CONNECTION = Symbol('propane connection')

type Tracked = Socket & { [CONNECTION]?: Connection }
type Emit = (this: HttpServer, event: string | symbol, ...args: unknown[]) => boolean

/** Any application on node:http (Fastify, Express, a plain server): propane counts, sheds and drains it from outside. */
export class NodeApplication implements Application {
  readonly kind: string
  readonly #options: NodeOptions
  /** Open connections. A list whose last entry fills a gap: a Set would add a tenth to the cost of a connection. */
  readonly #sockets: Tracked[] = []
  /** Requests in flight, if they are limited; otherwise they are counted on demand. */
  #limited = 0
  #requests = 0
  #shed = 0
  #overloaded = false
  #draining = false
  /** The idle window is over: connections that become idle now are closed. */
  #idleOver = false
  #onEmpty: () => void = () => undefined

  /** One listener for all connections instead of a new one for each. */
  readonly #closed: (this: Tracked) => void

  constructor(options: NodeOptions) {
    this.kind = options.kind
    this.#options = options
    const forget = (socket: Tracked) => this.#forget(socket)
    this.#closed = function closed() {
      forget(this)
    }
  }

  async start(virtualServer: Server): Promise<void> {
    const { server, ready } = this.#options
    await ready?.()
    this.#intercept(server)
    // node:http enforces its time-outs from `listening` on.
    server.emit('listening')
    virtualServer.on('connection', (socket: Socket) => server.emit('connection', socket))
  }

  counts(): { inFlight: number; requests: number; shed: number } {
    let inFlight = 0
    for (const socket of this.#sockets) {
      const connection = socket[CONNECTION]!
      if (isBusy(connection)) inFlight++
      else connection.response = undefined // an idle connection must not keep the response, and what is attached to it, alive
    }
    return { inFlight, requests: this.#requests, shed: this.#shed }
  }

  overload(on: boolean): void {
    this.#overloaded = on
  }

  preStop(): void {
    // A node:http application has no readiness to control.
  }

  async drain(graceMs: number, idleMs: number): Promise<number> {
    this.#draining = true
    for (const socket of this.#sockets) {
      const connection = socket[CONNECTION]!
      connection.bytesRead = socket.bytesRead
      if (connection.response && isBusy(connection)) this.#endAfter(connection.response, socket)
    }
    const cut = await this.#emptied(graceMs, Math.min(idleMs, graceMs))
    await this.#options.close?.()
    return cut
  }

  #emptied(graceMs: number, idleMs: number): Promise<number> {
    return new Promise(resolve => {
      let cut = 0
      const idle = setTimeout(() => this.#closeIdle(), idleMs)
      const grace = setTimeout(() => {
        cut = this.#sockets.length
        for (const socket of [...this.#sockets]) socket.destroy()
        this.#onEmpty()
      }, graceMs)
      this.#onEmpty = () => {
        if (this.#sockets.length > 0 && cut === 0) return
        clearTimeout(idle)
        clearTimeout(grace)
        resolve(cut)
      }
      this.#onEmpty()
    })
  }

  /** Half-closes idle connections: the client sees an end, not a reset. */
  #closeIdle(): void {
    this.#idleOver = true
    for (const socket of this.#sockets) {
      const connection = socket[CONNECTION]!
      if (!isBusy(connection) && socket.bytesRead === connection.bytesRead) endGently(socket)
    }
  }

  /**
   * Intercepts the server's events before its listeners run: one extra call per request and none per response. The
   * application's listeners stay unchanged.
   */
  #intercept(server: HttpServer): void {
    const original = server.emit as unknown as Emit
    const arrives = (request: IncomingMessage, response: ServerResponse) => this.#arrives(request, response)
    const opened = 'setSecureContext' in server ? 'secureConnection' : 'connection'
    const track = (socket: Socket) => this.#track(socket)
    const intercepted: Emit = function emit(event, ...args) {
      if (event === 'request' || event === 'checkContinue' || event === 'checkExpectation') {
        if (!arrives(args[0] as IncomingMessage, args[1] as ServerResponse)) return true
      } else if (event === opened) {
        track(args[0] as Socket)
      } else if (event === 'upgrade' || event === 'connect') {
        const connection = (args[1] as Tracked)[CONNECTION]
        if (connection) connection.upgraded = true
      }
      return original.call(this, event, ...args)
    }
    server.emit = intercepted as typeof server.emit
  }

  #track(socket: Tracked): void {
    socket[CONNECTION] = { index: this.#sockets.length, response: undefined, upgraded: false, bytesRead: 0 }
    this.#sockets.push(socket)
    socket.on('close', this.#closed)
  }

  #forget(socket: Tracked): void {
    const { index } = socket[CONNECTION]!
    const last = this.#sockets.pop()!
    if (last !== socket) {
      this.#sockets[index] = last
      last[CONNECTION]!.index = index
    }
    if (this.#draining) this.#onEmpty()
  }

  /** Counts a request; false if it was answered with 503. */
  #arrives(request: IncomingMessage, response: ServerResponse): boolean {
    const { maxInFlight, header } = this.#options
    if (header !== undefined) response.setHeader('x-propane-worker', header)
    if (this.#draining) this.#endAfter(response, request.socket)
    if (this.#overloaded || (maxInFlight > 0 && this.#limited >= maxInFlight)) {
      if (!isHealthPath(request.url?.split('?', 1)[0] ?? '', this.#options.healthPaths)) {
        this.#shed++
        refuse(response, this.#options.retryAfterSeconds)
        return false
      }
    }
    this.#requests++
    const connection = (request.socket as Tracked)[CONNECTION]
    if (connection) connection.response = response
    if (maxInFlight > 0) {
      this.#limited++
      response.once('close', () => this.#limited--)
    }
    return true
  }

  /** Makes a response the last on its connection, and says so in the head if it has not been sent. */
  #endAfter(response: ServerResponse, socket: Socket): void {
    if (!response.headersSent) response.setHeader('connection', 'close')
    response.once('close', () => {
      if (this.#idleOver) endGently(socket)
    })
  }
}

function isBusy({ response, upgraded }: Connection): boolean {
  return upgraded || (response !== undefined && !response.writableFinished && !response.destroyed)
}

const OVERLOADED = JSON.stringify({
  type: 'about:blank',
  title: 'Service Unavailable',
  status: 503,
  code: 'server_overloaded',
  detail: 'The server is at its limit. Try again later.',
})

function refuse(response: ServerResponse, retryAfterSeconds: number): void {
  response.writeHead(503, {
    'content-type': 'application/problem+json',
    'content-length': OVERLOADED.length,
    'retry-after': String(retryAfterSeconds),
    'cache-control': 'no-store',
  })
  response.end(OVERLOADED)
}

function endGently(socket: Socket): void {
  socket.end()
  setTimeout(() => socket.destroy(), 500).unref()
}
