import type { Duplex } from 'node:stream'
import { WireConnection } from './wire-connection.ts'

/** The connections of one application under test, kept alive and used again. */
export class Connections {
  readonly #open: () => Duplex
  readonly #all: Set<WireConnection> = new Set()
  readonly #idle: WireConnection[] = []

  /** @param open - makes a connection to the server; what is written before it is connected waits */
  constructor(open: () => Duplex) {
    this.#open = open
  }

  /** An idle connection, or a new one. */
  take(): WireConnection {
    for (let known = this.#idle.pop(); known !== undefined; known = this.#idle.pop()) if (known.usable) return known
    return this.fresh()
  }

  /** A connection of its own, which no other request has used. */
  fresh(): WireConnection {
    const connection = new WireConnection(this.#open(), this.#back, this.#forget)
    this.#all.add(connection)
    return connection
  }

  /** A bare stream to the server, for what is no request. */
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
