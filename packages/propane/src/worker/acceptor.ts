import type { AddressInfo, Server, Socket } from 'node:net'
import { net } from '../system/builtins.ts'
import { listenOn, occupyQueue, type ServerHandle, setQueueLength } from '../system/listening-socket.ts'
import { LongLivedConnections } from './long-lived-connections.ts'

/** Socket options that node:http and other engines require; the same as those of http.Server. */
const SOCKETS = { allowHalfOpen: true, noDelay: true } as const

/** How long the last worker tries to empty the queue. */
const LAST_MAX_MS = 2000

/**
 * The worker's end of the shared sockets. The application takes its connections from `virtualServer`, which never listens
 * itself: a worker that pauses accepting closes its copies of the sockets (connections stay queued for the others) and
 * resumes later with spare copies from the primary.
 */
export class Acceptor {
  readonly virtualServer: Server
  /** Number of open connections. */
  connections = 0
  /** Number of open connections that serve more than one request. */
  readonly longLived: LongLivedConnections = new LongLivedConnections()
  /** Called with the descriptor of each accepted connection. */
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
  /** One listener for all connections instead of a new one for each. */
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

  /** Announces where it will listen, before it accepts. */
  announce(handle: ServerHandle, path = ''): void {
    const bound: Partial<AddressInfo> = {}
    if (path !== '') this.#address = path
    else if (handle.getsockname?.(bound) === 0) this.#address = bound as AddressInfo
  }

  /** Starts to accept from one of `of` sockets. Rejects if the system refuses to listen. */
  async listen(handle: ServerHandle, of: number, backlog: number): Promise<void> {
    if (this.#stopped) return handle.close()
    this.#wanted = of
    this.#backlog = backlog
    return this.#open(handle)
  }

  /** Pauses accepting until `resume`. Open connections stay open. */
  pause(): void {
    if (!this.accepting) return
    this.#closeListeners()
    if (this.#spares.size < this.#wanted) this.#wantSpares()
  }

  /** Resumes accepting; false while there are no spare copies of the sockets. */
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
   * Stops accepting permanently, as the last worker. A connection left in the queue would be reset, and while clients keep
   * coming there is always one. So once all are accepted, the queue is shortened to one connection and filled with our own:
   * other clients find no room, retry a second later, and are refused. The queue must be empty first, because a short queue
   * drops the end of a handshake whose client believes that it is connected.
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

  /** Stops accepting permanently. */
  stop(): void {
    this.#stopped = true
    this.#closeListeners()
    for (const handle of this.#spares.values()) handle.close()
    this.#spares.clear()
  }

  /** Passes a connection to the application as if it had been accepted from one of the sockets. */
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

/** A server that appears to listen, for applications that check. */
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
