import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import type { Application } from './application.ts'

export interface NodeOptions {
  kind: string
  server: HttpServer
  /** Whatever the application has to do before it can answer, and after the last answer. */
  ready?: () => unknown
  close?: () => unknown
  maxInFlight: number
  healthPaths: readonly string[]
  retryAfterSeconds: number
  /** Value of `X-Propane-Worker`, where answers are to carry it. */
  header?: string
}

interface Entry {
  inFlight: number
  /** The latest answer under way. */
  response?: ServerResponse
  /** Bytes read when the connection became idle: more of them means that a request is on its way in. */
  bytesRead: number
}

type Emit = (event: string | symbol, ...args: unknown[]) => boolean

/** Anything on node:http (Fastify, Express, Koa, a bare server): counted, shed and drained from outside. */
export class NodeApplication implements Application {
  readonly kind: string
  readonly #options: NodeOptions
  readonly #connections = new Map<Socket, Entry>()
  #inFlight = 0
  #requests = 0
  #shed = 0
  #overloaded = false
  #draining = false
  /** The time in which idle connections stay open is over: what becomes idle now is closed. */
  #idleOver = false
  #onEmpty: () => void = () => undefined

  constructor(options: NodeOptions) {
    this.kind = options.kind
    this.#options = options
  }

  async start(gate: Server): Promise<void> {
    const { server, ready } = this.#options
    await ready?.()
    this.#intercept(server)
    // node:http enforces its time-outs from `listening` on.
    server.emit('listening')
    gate.on('connection', (socket: Socket) => server.emit('connection', socket))
  }

  counts(): { inFlight: number; requests: number; shed: number } {
    return { inFlight: this.#inFlight, requests: this.#requests, shed: this.#shed }
  }

  overload(on: boolean): void {
    this.#overloaded = on
  }

  preStop(): void {
    // A node:http application has no readiness that could be reached from here.
  }

  async drain(graceMs: number, idleMs: number): Promise<number> {
    this.#draining = true
    for (const { response } of this.#connections.values()) closeAfter(response)
    const cut = await this.#emptied(graceMs, Math.min(idleMs, graceMs))
    await this.#options.close?.()
    return cut
  }

  #emptied(graceMs: number, idleMs: number): Promise<number> {
    return new Promise(resolve => {
      let cut = 0
      const idle = setTimeout(() => this.#closeIdle(), idleMs)
      const grace = setTimeout(() => {
        cut = this.#connections.size
        for (const socket of this.#connections.keys()) socket.destroy()
        this.#onEmpty()
      }, graceMs)
      this.#onEmpty = () => {
        if (this.#connections.size > 0 && cut === 0) return
        clearTimeout(idle)
        clearTimeout(grace)
        resolve(cut)
      }
      this.#onEmpty()
    })
  }

  /** Half-closes what is idle: the client reads an end, not a reset. */
  #closeIdle(): void {
    this.#idleOver = true
    for (const [socket, entry] of this.#connections) {
      if (entry.inFlight === 0 && socket.bytesRead === entry.bytesRead) endGently(socket)
    }
  }

  /**
   * Looks at events of the server before its own listeners do. Done by one method of one object, so that it costs a
   * request as little as possible and the application's listeners stay as they are.
   */
  #intercept(server: HttpServer): void {
    const emit: Emit = server.emit.bind(server)
    const connections = 'setSecureContext' in server ? 'secureConnection' : 'connection'
    const intercepted: Emit = (event, ...args) => {
      if (event === 'request' || event === 'checkContinue' || event === 'checkExpectation') {
        if (this.#refuses(args[0] as IncomingMessage, args[1] as ServerResponse)) return true
      } else if (event === connections) {
        this.#track(args[0] as Socket)
      } else if (event === 'upgrade' || event === 'connect') {
        // No longer HTTP, so never idle: it may stay until the drain is over.
        const entry = this.#connections.get((args[0] as IncomingMessage).socket)
        if (entry) entry.inFlight++
      }
      return emit(event, ...args)
    }
    server.emit = intercepted as typeof server.emit
  }

  #track(socket: Socket): void {
    this.#connections.set(socket, { inFlight: 0, bytesRead: 0 })
    socket.once('close', () => {
      this.#connections.delete(socket)
      this.#onEmpty()
    })
  }

  /** Counts a request in; true when it has been answered with a 503 here. */
  #refuses(request: IncomingMessage, response: ServerResponse): boolean {
    const { maxInFlight, healthPaths, retryAfterSeconds, header } = this.#options
    const entry = this.#connections.get(request.socket)
    if (header !== undefined) response.setHeader('x-propane-worker', header)
    if (this.#draining) closeAfter(response)
    if (
      (this.#overloaded || (maxInFlight > 0 && this.#inFlight >= maxInFlight)) &&
      !isHealth(request.url, healthPaths)
    ) {
      this.#shed++
      refuse(response, retryAfterSeconds)
      return true
    }
    this.#requests++
    this.#inFlight++
    if (entry) {
      entry.inFlight++
      entry.response = response
    }
    response.once('close', () => {
      this.#inFlight--
      if (!entry) return
      entry.inFlight--
      entry.bytesRead = request.socket.bytesRead
      if (this.#idleOver && entry.inFlight === 0) endGently(request.socket)
    })
    return false
  }
}

function isHealth(url: string | undefined, paths: readonly string[]): boolean {
  const path = url?.split('?', 1)[0] ?? ''
  return paths.some(prefix => path === prefix || path.startsWith(`${prefix}/`))
}

const OVERLOADED = JSON.stringify({
  type: 'about:blank',
  title: 'Service Unavailable',
  status: 503,
  code: 'overloaded',
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

/** The last answer on its connection, where that can still be said. */
function closeAfter(response: ServerResponse | undefined): void {
  if (response && !response.headersSent) response.setHeader('connection', 'close')
}

function endGently(socket: Socket): void {
  socket.end()
  setTimeout(() => socket.destroy(), 500).unref()
}
