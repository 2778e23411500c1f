import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2'
import type { Server, Socket } from 'node:net'
import { isHealthPath } from '@arlen/core/health-paths'
import type { Application, DrainOptions } from './application.ts'
import { Connections } from './connections.ts'
import { Draining } from './drain-connections.ts'
import type { Latencies } from './latencies.ts'
import { refuse, refuseStream } from './refuse.ts'
import { ServerEnding } from './server-ending.ts'
import { protocolOf, type ServerProtocol } from './server-protocol.ts'
import { isWebSocket } from './websocket.ts'

export interface NodeOptions {
  kind: string
  server: HttpServer
  /** The application's work before the first request and after the last answer. */
  ready?: () => unknown
  close?: () => unknown
  maxInFlight: number
  healthPaths: readonly string[]
  retryAfterSeconds: number
  /** Path that is answered with 503 before a stop; empty for none. */
  readinessPath?: string
  /** Value of `X-Propane-Worker`, if responses carry it. */
  header?: string
  /** Counts the request durations. */
  latencies?: Latencies
}

type Emit = (this: HttpServer, event: string | symbol, ...args: unknown[]) => boolean

/** Any application on a server of Node.js (Fastify, Express, HTTP/2, plain TCP): propane counts, sheds and drains it from outside. */
export class NodeApplication implements Application {
  readonly kind: string
  readonly protocol: ServerProtocol
  readonly #options: NodeOptions
  readonly #connections = new Connections()
  /** Requests in flight, if they are limited; otherwise they are counted on demand. */
  #limited = 0
  #requests = 0
  #shed = 0
  #overloaded = false
  #isStopping = false
  #draining: Draining | undefined
  #ending: ServerEnding | undefined

  constructor(options: NodeOptions) {
    this.kind = options.kind
    this.protocol = protocolOf(options.server)
    this.#options = options
  }

  async start(virtualServer: Server): Promise<void> {
    const { server, ready } = this.#options
    await ready?.()
    this.#intercept(server)
    this.#ending = new ServerEnding({
      server,
      connections: this.#connections,
      virtualServer,
      keepsIdle: () => this.#draining?.idleOver === false,
    })
    // node:http enforces its time-outs from `listening` on.
    server.emit('listening')
    virtualServer.on('connection', (socket: Socket) => server.emit('connection', socket))
  }

  counts(): { inFlight: number; requests: number; shed: number } {
    return { inFlight: this.#connections.countInFlight(), requests: this.#requests, shed: this.#shed }
  }

  overload(on: boolean): void {
    this.#overloaded = on
  }

  preStop(): void {
    this.#isStopping = true
  }

  drain({ graceMs, idleMs, onQuiet }: DrainOptions): Promise<number> {
    this.#draining = new Draining(this.#connections, { graceMs, idleMs, onQuiet })
    for (const socket of this.#connections.all()) {
      const { response } = this.#connections.of(socket)!
      if (response && !response.writableFinished) this.#endAfter(response, socket)
    }
    return this.#draining.run()
  }

  get hasCloseHooks(): boolean {
    return this.#ending?.hasListeners === true
  }

  async close(): Promise<void> {
    // An application that has closed its server on its own, at a signal, also runs its own hooks.
    if (!this.#ending?.closedByApplication) await this.#options.close?.()
    await this.#ending?.close()
  }

  /**
   * Intercepts the server's events before its listeners run: one extra call per request and none per response. The
   * application's listeners stay unchanged.
   */
  #intercept(server: HttpServer): void {
    const original = server.emit as unknown as Emit
    const before = (event: string | symbol, args: unknown[]) => this.#before(event, args)
    const closes = (args: unknown[]) => this.#ending!.emitClose(args)
    const intercepted: Emit = function emit(event, ...args) {
      if (event === 'close') return closes(args)
      return before(event, args) ? original.call(this, event, ...args) : true
    }
    server.emit = intercepted as typeof server.emit
  }

  /** Handles an event before the application does; false if the application must not see it. */
  #before(event: string | symbol, args: unknown[]): boolean {
    switch (event) {
      case 'request':
      case 'checkContinue':
      case 'checkExpectation':
        return this.#arrives(args[0] as IncomingMessage, args[1] as ServerResponse)
      case 'connection':
        this.#accepted(args[0] as Socket)
        return true
      case 'secureConnection':
        this.#secured(args[0] as Socket)
        return true
      case 'session':
        this.#sessionStarts(args[0] as ServerHttp2Session)
        return true
      case 'stream':
        return this.#streamArrives(args[0] as ServerHttp2Stream, args[1] as IncomingHttpHeaders)
      case 'upgrade':
      case 'connect':
        this.#connections.upgrade(args[1] as Socket, isWebSocket(args[0] as IncomingMessage) ? 'websocket' : 'other')
        return true
      default:
        return true
    }
  }

  #accepted(socket: Socket): void {
    // As if this server had accepted it.
    socket.allowHalfOpen = (this.#options.server as unknown as { allowHalfOpen: boolean }).allowHalfOpen
    this.#connections.add(socket)
    // What it is doing cannot be seen from outside.
    if (this.protocol === 'tcp') this.#connections.upgrade(socket, 'other')
  }

  /** The TLS handshake is complete: from now on, the secure socket is tracked instead of the one below it. */
  #secured(socket: Socket): void {
    // Not documented. If it should be missing, both are tracked, which end together.
    const { _parent: below } = socket as Socket & { _parent?: Socket }
    if (below) this.#connections.forget(below)
    this.#connections.add(socket)
  }

  #sessionStarts(session: ServerHttp2Session): void {
    const connection = this.#connections.of(session.socket as Socket)
    if (!connection) return
    connection.session = session
    this.#draining?.sessionStarted(connection)
  }

  /** Counts a request; false if it was answered with 503. */
  #arrives(request: IncomingMessage, response: ServerResponse): boolean {
    const { maxInFlight, header, latencies } = this.#options
    if (header !== undefined) response.setHeader('x-propane-worker', header)
    if (request.httpVersionMajor === 2) return true // counted as a stream
    if (this.#draining) this.#endAfter(response, request.socket)
    if (this.#mustShed(request.url)) {
      refuse(response, this.#options.retryAfterSeconds)
      return false
    }
    this.#requests++
    latencies?.begin(request)
    const connection = this.#connections.of(request.socket)
    if (connection) connection.response = response
    if (maxInFlight > 0) {
      this.#limited++
      response.once('close', () => this.#limited--)
    }
    return true
  }

  #streamArrives(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): boolean {
    if (this.#mustShed(headers[':path'] as string | undefined)) {
      refuseStream(stream, this.#options.retryAfterSeconds)
      return false
    }
    this.#requests++
    this.#limited++
    const began = performance.now()
    const connection = stream.session && this.#connections.of(stream.session.socket as Socket)
    if (connection) {
      connection.streams++
      this.#draining?.streamArrived(connection)
    }
    stream.once('close', () => {
      this.#limited--
      if (connection) {
        connection.streams--
        this.#draining?.streamEnded(connection)
      }
      this.#options.latencies?.add(performance.now() - began, Number(stream.sentHeaders?.[':status'] ?? 0))
    })
    return true
  }

  #mustShed(url: string = ''): boolean {
    const { maxInFlight, healthPaths, readinessPath } = this.#options
    const path = url.split('?', 1)[0]!
    if (this.#isStopping && path === readinessPath) return true
    if (!this.#overloaded && !(maxInFlight > 0 && this.#limited >= maxInFlight)) return false
    if (isHealthPath(path, healthPaths)) return false
    this.#shed++
    return true
  }

  /** Makes a response the last on its connection, and says so in the head if it has not been sent. */
  #endAfter(response: ServerResponse, socket: Socket): void {
    if (!response.headersSent) response.setHeader('connection', 'close')
    response.once('close', () => this.#draining!.answered(socket))
  }
}
