import type { Server } from 'node:http'
import type { Server as NetServer } from 'node:net'
import type { ServerHandle } from '../system/listening-socket.ts'
import { Acceptor } from './acceptor.ts'
import type { SharedTarget } from './listen-target.ts'
import { NodeApplication } from './node-application.ts'

/** Gets a socket that the primary has bound for all workers. Rejects with the system's error. */
export type ShareSocket = (target: SharedTarget) => Promise<ServerHandle>

interface Further {
  acceptor: Acceptor
  application: NodeApplication
}

/**
 * The servers of an application besides the public one, for example for metrics. Their ports and unix sockets belong to the primary,
 * which gives each worker a copy: so all workers may have them at the same time, those of the next generation included. They drain
 * like the public server.
 */
export class FurtherServers {
  readonly #share: ShareSocket
  readonly #servers: Further[] = []
  readonly #opening = new Set<Promise<void>>()
  /** Those that are about to accept. */
  readonly #listening: Promise<void>[] = []
  readonly #accepting = Promise.withResolvers<void>()
  #stopped = false

  constructor(share: ShareSocket) {
    this.#share = share
  }

  /** Gets the port of a server, which is reported by `listening` or `error` as usual. */
  open(server: NetServer, target: SharedTarget): void {
    const opening = this.#open(server, target).catch((error: unknown) => {
      // As in Node.js: an error without a listener ends the process.
      process.nextTick(() => server.emit('error', error))
    })
    this.#opening.add(opening)
    void opening.finally(() => this.#opening.delete(opening))
  }

  /** Resolves when all servers opened so far have their ports, or have failed. */
  async opened(): Promise<void> {
    await Promise.all(this.#opening)
    await new Promise(resolve => setImmediate(resolve)) // an error of one of them may end the process
  }

  /** From now on, they accept connections: the worker is ready. Resolves when those opened so far do. */
  async accept(): Promise<void> {
    this.#accepting.resolve()
    await Promise.all(this.#listening)
  }

  /** Stops accepting. `last`: no other worker accepts after this one. */
  async stop(last: boolean): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#servers.map(({ acceptor }) => (last ? acceptor.stopLast() : acceptor.stop())))
  }

  /** Ends their connections like those of the public server; resolves with the number that was cut. */
  async drain(graceMs: number, idleMs: number): Promise<number> {
    const onQuiet = () => Promise.resolve()
    const cut = this.#servers.map(({ application }) => application.drain({ graceMs, idleMs, onQuiet }))
    return (await Promise.all(cut)).reduce((sum, count) => sum + count, 0)
  }

  /** Closes the servers, and awaits their `close` listeners. */
  async close(): Promise<void> {
    await Promise.all(this.#servers.map(({ application }) => application.close()))
  }

  async #open(server: NetServer, target: SharedTarget): Promise<void> {
    const handle = await this.#share(target)
    if (this.#stopped) return handle.close()
    // It never pauses, so it needs no spare copies.
    const acceptor = new Acceptor(() => undefined)
    const rules = { maxInFlight: 0, healthPaths: [], retryAfterSeconds: 1 }
    const application = new NodeApplication({ ...rules, kind: 'further', server: server as Server })
    acceptor.announce(handle, target.path)
    this.#servers.push({ acceptor, application })
    const listening = this.#accepting.promise
      .then(() => acceptor.listen(handle, 1, target.backlog))
      .catch((error: unknown) => void server.emit('error', error))
    this.#listening.push(listening)
    await application.start(acceptor.virtualServer)
  }
}
