import type { AddressInfo, Server, Socket } from 'node:net'
import { net } from '../system/builtins.ts'
import { listenOn, occupyQueue, type ServerHandle, setQueueLength } from '../system/listening-socket.ts'
import { LongLivedConnections } from './long-lived-connections.ts'

/** What a connection must have to be served by node:http and by engines of its own alike: what http.Server asks for. */
const SOCKETS = { allowHalfOpen: true, noDelay: true } as const

/** How long the last worker tries at most to find the queue empty. */
const LAST_MAX_MS = 2000

/**
 * The worker's end of the shared sockets. `virtualServer` is the server that the application takes its connections from; it
 * never listens itself, for a worker that stops accepting for a while closes its copies of the sockets (the connections
 * queue on for the others) and goes on later with spare copies that it got from the primary meanwhile.
 */
export class Acceptor {
  readonly virtualServer: Server
  /** Connections that are open. */
  connections = 0
  /** Those of them that stay for more than a request. */
  readonly longLived: LongLivedConnections = new LongLivedConnections()
  /** Called with the descriptor of a connection that has come. */
  onOpen: (fd: number | undefined) => void = () => undefined
  /** Called when a connection has ended. */
  onClose: () => void = () => undefined
  #listeners: Server[] = []
  /** By the number of the socket they are copies of. */
  readonly #spares = new Map<number, ServerHandle>()
  #wanted = 0
  #backlog = 511
  #stopped = false
  #address: AddressInfo | string | null = null
  readonly #wantSpares: () => void
  /** One listener for all connections, so that none has to be made for each. */
  readonly #closed: (this: Socket) => void

  constructor(wantSpares: () => void) {
    this.#wantSpares = wantSpares
    const forget = (socket: Socket) => this.#forget(socket)
    this.#closed = function closed() {
      forget(this)
    }
    this.virtualServer = new VirtualServer(
      () => this.#address,
      () => this.stop(),
    )
  }

  get accepting(): boolean {
    return this.#listeners.length > 0
  }

  /** Starts to accept from one of `of` sockets. Rejects when the system refuses to listen. */
  listen(handle: ServerHandle, of: number, backlog: number): Promise<void> {
    this.#wanted = of
    this.#backlog = backlog
    return this.#open(handle)
  }

  /** Stops accepting until `resume`. Open connections stay. */
  pause(): void {
    if (!this.accepting) return
    this.#closeListeners()
    if (this.#spares.size < this.#wanted) this.#wantSpares()
  }

  /** Accepts again; false while there are no spare copies of the sockets yet. */
  resume(): boolean {
    if (this.#stopped || this.accepting) return !this.#stopped
    if (this.#spares.size < this.#wanted) return false
    const handles = [...this.#spares.values()]
    this.#spares.clear()
    for (const handle of handles) this.#open(handle).catch(() => this.#closeListeners())
    return true
  }

  addSpare(handle: ServerHandle, index: number, of: number): void {
    this.#wanted = of
    if (this.#stopped || this.#spares.has(index)) handle.close()
    else this.#spares.set(index, handle)
  }

  /**
   * Stops accepting for good, as the last one who does. A connection left in the queue would be reset, and as long as
   * clients come there is always one. So whenever all have been accepted the queue is made as short as it can be, one
   * connection, and filled with one of our own: others then find no room, try again a second later, and are refused.
   * Only then, for a short queue drops the end of a handshake whose client believes that it is connected.
   */
  async stopLast(): Promise<void> {
    this.resume()
    const giveUpAt = performance.now() + LAST_MAX_MS
    for (const server of this.#listeners) {
      for (;;) {
        await new Promise(resolve => setImmediate(resolve))
        setQueueLength(server, 0)
        if ((await occupyQueue(server)) || performance.now() > giveUpAt) break
        setQueueLength(server, this.#backlog)
      }
      server.close()
    }
    this.stop()
  }

  /** Stops accepting for good. */
  stop(): void {
    this.#stopped = true
    this.#closeListeners()
    for (const handle of this.#spares.values()) handle.close()
    this.#spares.clear()
  }

  /** Hands a connection to the application, as if it had come in through one of the sockets. */
  take(socket: Socket): void {
    this.connections++
    this.longLived.opened(socket)
    socket.on('close', this.#closed)
    const { fd } = (socket as unknown as { _handle: { fd?: number } | null })._handle ?? {}
    this.virtualServer.emit('connection', socket)
    this.onOpen(fd)
  }

  #forget(socket: Socket): void {
    this.connections--
    this.longLived.closed(socket)
    this.onClose()
  }

  #open(handle: ServerHandle): Promise<void> {
    const server = net.createServer(SOCKETS, socket => this.take(socket))
    this.#listeners.push(server)
    return new Promise((resolve, reject) => {
      server.once('error', reject)
      server.once('listening', () => {
        this.#address ??= server.address()
        resolve()
      })
      listenOn(server, handle, this.#backlog)
    })
  }

  #closeListeners(): void {
    for (const server of this.#listeners.splice(0)) server.close()
  }
}

/** A server that looks as if it listened, for applications that ask. */
class VirtualServer extends net.Server {
  #where: () => AddressInfo | string | null
  #stop: () => void

  constructor(where: () => AddressInfo | string | null, stop: () => void) {
    super(SOCKETS)
    this.#where = where
    this.#stop = stop
    Object.defineProperty(this, 'listening', { value: true })
  }

  override address(): AddressInfo | string | null {
    return this.#where()
  }

  override close(callback?: (error?: Error) => void): this {
    this.#stop()
    if (callback) this.once('close', callback)
    process.nextTick(() => this.emit('close'))
    return this
  }
}
