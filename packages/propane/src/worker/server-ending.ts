import type { Server as HttpServer } from 'node:http'
import type { Server } from 'node:net'
import type { Connections } from './connections.ts'

/** The parts of a server's interface that concern its end. Some exist only with some protocols. */
type Ending = Pick<Server, 'close' | 'getConnections'> & Partial<Pick<HttpServer, 'closeIdleConnections'>>

export interface ServerEndingOptions {
  server: Server
  connections: Connections
  /** Where the connections come from. */
  virtualServer: Server
  /** Whether idle connections must stay open because requests may be on their way. */
  keepsIdle: () => boolean
}

/**
 * Makes a server end as if it had accepted its connections itself, although propane accepts them: `close()` calls back and
 * emits `close` when the last connection has ended, `getConnections()` counts them, and until then it is `listening`.
 */
export class ServerEnding {
  /** Whether the application has called `close()` itself. */
  closedByApplication = false
  readonly #options: ServerEndingOptions
  readonly #originalClose: () => void
  readonly #closed = Promise.withResolvers<void>()
  #closing = false
  #ended = false
  #internal = false

  constructor(options: ServerEndingOptions) {
    const { server, connections, virtualServer, keepsIdle } = options
    this.#options = options
    const ending = server as unknown as Ending
    const originals = { close: ending.close, idle: ending.closeIdleConnections }
    this.#originalClose = () => originals.close.call(ending)
    ending.close = ((callback?: (error?: Error) => void) => {
      this.#close(callback)
      return server
    }) as Server['close']
    ending.getConnections = callback => {
      process.nextTick(callback, null, connections.size)
      return server
    }
    // While propane drains, it ends idle connections itself, a little later: a request may be on its way.
    if (originals.idle) ending.closeIdleConnections = () => (keepsIdle() ? undefined : originals.idle!.call(ending))
    const before = server.address()
    Object.defineProperty(server, 'listening', { get: () => !this.#closing, configurable: true })
    Object.defineProperty(server, 'address', { value: () => virtualServer.address() ?? before, configurable: true })
    connections.onForgotten(() => this.#check())
  }

  /** Whether the application listens for the end of its server. */
  get hasListeners(): boolean {
    return this.closedByApplication || this.#options.server.listenerCount('close') > 0
  }

  /** Closes the server after its last connection, and resolves when its `close` listeners have finished. */
  close(): Promise<void> {
    this.#internal = true
    this.#options.server.close()
    this.#internal = false
    return this.#closed.promise
  }

  /** Emits `close` by calling the listeners one by one, since an asynchronous one must be awaited. */
  emitClose(args: readonly unknown[]): boolean {
    const { server } = this.#options
    const listeners = server.rawListeners('close')
    const results = listeners.map(listener => Reflect.apply(listener, server, args) as unknown)
    // A rejection is the application's: Node.js reports it as unhandled, as it would without propane.
    for (const result of results) Promise.resolve(result).catch(error => void Promise.reject(error))
    void Promise.allSettled(results).then(() => this.#closed.resolve())
    return listeners.length > 0
  }

  #close(callback?: (error?: Error) => void): void {
    const { server, virtualServer } = this.#options
    if (!this.#internal) this.closedByApplication = true
    if (callback && this.#ended) process.nextTick(callback, notRunning())
    else if (callback) server.once('close', callback)
    if (this.#closing) return
    this.#closing = true
    virtualServer.close()
    ;(server as unknown as Ending).closeIdleConnections?.()
    this.#check()
  }

  #check(): void {
    if (!this.#closing || this.#ended || this.#options.connections.size > 0) return
    this.#ended = true
    this.#originalClose()
  }
}

/** The error of Node.js for a server that is closed a second time. */
function notRunning(): Error {
  return Object.assign(new Error('Server is not running.'), { code: 'ERR_SERVER_NOT_RUNNING' })
}
