import type { Duplex } from 'node:stream'
import { WireConnection } from './wire-connection.ts'

/** The connections to one application under test, kept alive and reused. */
export class Connections {
  readonly #open: () => Duplex
  readonly #all: Set<WireConnection> = new Set()
  readonly #idle: WireConnection[] = []

  /** @param open - creates a connection to the server; writes wait until it is connected */
  constructor(open: () => Duplex) {
    this.#open = open
  }

  /** An idle connection, or a new one. */
  take(): WireConnection {
    for (let known = this.#idle.pop(); known !== undefined; known = this.#idle.pop()) if (known.usable) return known
    return this.fresh()
  }

  /** A separate connection that no other request has used. */
  fresh(): WireConnection {
    const connection = new WireConnection(this.#open(), this.#back, this.#forget)
    this.#all.add(connection)
    return connection
  }

  /** A raw stream to the server, for anything that is not a request. */
  raw(): Duplex {
    return this.#open()
  }

  close(): void {
    for (const connection of this.#all) connection.destroy()
  }

  readonly #back = (connection: WireConnection): void => {
    this.#idle.push(connection)
  }

  readonly #forget = (connection: WireConnection): void => {
    this.#all.delete(connection)
    const at = this.#idle.indexOf(connection)
    if (at >= 0) this.#idle.splice(at, 1)
  }
}
