import type { Server } from 'node:net'
import type { Duplex } from 'node:stream'
import type { CloseOptions, Controllable, Handler, ListenOptions, LoadRules, Servable } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { LiveSet } from './connection/live-set.ts'
import { rejection } from './connection/rejection.ts'
import { createListener, listenOn, SocketDriver, turnAway } from './connection/socket-driver.ts'
import type { Context } from './context.ts'
import { answerFetch } from './fetch/answer-fetch.ts'
import type { Fetch } from './fetch/to-fetch.ts'
import { createService, type HttpOptions, LISTEN_OPTIONS, readHttpOptions } from './options.ts'
import type { Service } from './service.ts'

/** Where a server listens. `port` is 0 for a Unix socket. */
export interface Address {
  address: string
  port: number
}

const CLOSE_OPTIONS: OptionTable<CloseOptions> = { graceMs: option.limit }

/** Serves HTTP/1.1 over any listener or Duplex. */
export class HttpServer implements Servable, Controllable {
  private readonly engine: Service
  /** Open connections, and requests that came without one. */
  private readonly live: LiveSet
  private served = 0
  private readonly waiting: Set<Duplex> = new Set()
  private turnedAway = 0
  private readonly listeners: Server[] = []
  private closing: Promise<void> | null = null

  /** @internal Created by `createServer`. */
  constructor(service: Service) {
    this.engine = service
    this.live = new LiveSet(this.engine.clock)
  }

  /** Where the server listens; null before `listen` and if it only serves streams that it was given. */
  get address(): Address | null {
    const address = this.listeners[0]?.address() ?? null
    return typeof address === 'string'
      ? { address, port: 0 }
      : address && { address: address.address, port: address.port }
  }

  get connections(): number {
    return this.served
  }

  get requestsInFlight(): number {
    return this.engine.inFlight
  }

  /** Requests in flight, and those handled and rejected because of overload since the start. */
  stats(): { inFlight: number; requests: number; shed: number } {
    const { inFlight, requests, shed } = this.engine
    return { inFlight, requests, shed }
  }

  /** Limits the server to fewer requests in flight than `maxRequestsInFlight`. */
  setLoadRules({ maxInFlight, healthPaths, retryAfterSeconds }: LoadRules): void {
    const { engine } = this
    engine.maxInFlight = Math.min(engine.limits.maxRequestsInFlight, maxInFlight || Number.POSITIVE_INFINITY)
    engine.healthPaths = healthPaths
    engine.retryAfterSeconds = retryAfterSeconds
  }

  /** While on, every request except health checks gets 503 with Retry-After. */
  overload(on: boolean): void {
    this.engine.overloaded = on
  }

  async listen(given: ListenOptions = {}): Promise<Address> {
    const options = readOptions('listen()', given, LISTEN_OPTIONS)
    const { server } = options
    const listener = server ?? createListener(socket => this.handleConnection(socket))
    if (server !== undefined) {
      server.on('connection', socket => this.handleConnection(socket.setNoDelay(true)))
      this.listeners.push(server)
    } else {
      await listenOn(listener, options)
      this.listeners.push(listener)
      if (this.closing !== null) listener.close()
    }
    // Accepting can fail for lack of file descriptors: that costs a connection, not the process.
    listener.on('error', err => this.engine.log.error({ err }, 'a connection could not be accepted'))
    const address = listener.address()
    return address === null || typeof address === 'string'
      ? { address: address ?? '', port: 0 }
      : { address: address.address, port: address.port }
  }

  /**
   * Answers a web Request without a connection, by the same rules as a request on one. It is bound, so it can be passed on:
   * `export default { fetch: server.fetch }`.
   *
   * Rejects with the reason of `request.signal` if it aborts, and with the error of the body's stream if that fails.
   */
  readonly fetch: Fetch = (request, source) => answerFetch(this.engine, this.live, request, source)

  /** Serves one connection: an accepted socket, a TLS stream, or one end of a pair of streams. */
  handleConnection(socket: Duplex): void {
    const { maxConnections, maxWaitingConnections } = this.engine.limits
    if (this.served < maxConnections) this.#accept(socket)
    else if (this.waiting.size < maxWaitingConnections) this.park(socket)
    else this.turnAway(socket)
  }

  #accept(socket: Duplex): void {
    this.served++
    this.live.add(new SocketDriver(this.engine, socket, this.forget).connection)
  }

  /** Accepted but not read: what the client sends stays in its own send queue until another connection closes. */
  private park(socket: Duplex): void {
    const leave = () => this.waiting.delete(socket)
    socket.on('error', leave).on('close', leave)
    this.waiting.add(socket)
  }

  /** Even a rejection occupies a connection for a moment, so those are limited too. */
  private turnAway(socket: Duplex): void {
    if (this.turnedAway >= this.engine.limits.maxWaitingConnections) {
      socket.destroy()
      return
    }
    this.turnedAway++
    socket.on('close', () => this.turnedAway--)
    turnAway(socket, rejection(this.engine, 'server_overloaded', `Retry-After: ${this.engine.retryAfterSeconds}\r\n`))
  }

  private startNextWaiting(): void {
    const [socket] = this.waiting
    if (socket === undefined) return
    this.waiting.delete(socket)
    this.#accept(socket)
  }

  /**
   * Stops accepting connections. For `drainTimeoutMs`, requests on open connections are still answered, with `Connection:
   * close`; then idle connections are closed. Waits up to `graceMs` for responses in flight, then cuts them off. Calling it
   * again returns the same promise.
   */
  close(options: CloseOptions = {}): Promise<void> {
    try {
      const { graceMs = 10_000 } = readOptions('close()', options, CLOSE_OPTIONS)
      this.closing ??= this.shutDown(graceMs)
      return this.closing
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  private async shutDown(graceMs: number): Promise<void> {
    const { engine } = this
    engine.draining = true
    const stopped = this.listeners.map(listener => new Promise<void>(resolve => listener.close(() => resolve())))
    for (const socket of this.waiting) socket.destroy()
    const window = Math.min(engine.limits.drainTimeoutMs, graceMs)
    await this.live.emptyWithin(window)
    this.live.closeIdle()
    await this.live.emptyWithin(graceMs - window, () => !this.live.isBusy)
    await this.live.emptyWithin(Math.min(50, graceMs))
    this.live.drop()
    // A socket emits `close`; other streams may not.
    await this.live.emptyWithin(1000)
    await Promise.all(stopped)
  }

  private readonly forget = ({ connection }: SocketDriver): void => {
    this.served--
    this.live.delete(connection)
    this.startNextWaiting()
  }
}

/** Creates a server that does not listen yet. `c` has the type of `options.context`. */
export function createServer<C extends Context = Context>(
  handler: Handler<NoInfer<C>>,
  options: HttpOptions<C> = {},
): HttpServer {
  return new HttpServer(createService<C>(handler, readHttpOptions('createServer()', options)))
}

/** Creates a server and listens: the shortest way from a handler to a port. */
export async function serve<C extends Context = Context>(
  handler: Handler<NoInfer<C>>,
  options: HttpOptions<C> & ListenOptions = {},
): Promise<HttpServer> {
  const read = readHttpOptions('serve()', options, LISTEN_OPTIONS)
  const server = new HttpServer(createService<C>(handler, read))
  const { port, host, path, fd, server: listener } = read
  await server.listen({ port, host, path, fd, server: listener } as ListenOptions)
  return server
}
