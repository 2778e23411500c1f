import type { Acceptor } from './acceptor.ts'
import { mayAccept, type Scoreboard } from './scoreboard.ts'

/**
 * Leaves new connections to other workers while they have fewer, or while there are as many here as there may be.
 * Looking at the scoreboard costs system calls, so a new connection looks only where the last look says that this
 * worker might be ahead; the rest waits for the tick. A worker that is alone does not even write.
 */
export class Balance {
  readonly #acceptor: Acceptor
  readonly #scoreboard: Scoreboard | undefined
  readonly #maxConnections: number
  #fewest: number | undefined
  #left = false

  constructor(acceptor: Acceptor, scoreboard: Scoreboard | undefined, maxConnections: number) {
    this.#acceptor = acceptor
    this.#scoreboard = scoreboard
    this.#maxConnections = maxConnections
  }

  /** A connection has come. */
  opened(): void {
    const { connections } = this.#acceptor
    if (this.#left) return
    if (this.#fewest !== undefined) {
      this.#scoreboard?.publish(connections)
      if (!mayAccept(connections, this.#fewest, true)) this.#look()
    }
    this.#act()
  }

  /** From time to time: others may have come or gone, and connections have ended. */
  tick(): void {
    if (this.#left) return
    this.#scoreboard?.publish(this.#acceptor.connections)
    this.#look()
    this.#act()
  }

  /** This worker accepts no more. */
  leave(): void {
    this.#left = true
    this.#scoreboard?.leave()
  }

  #look(): void {
    this.#fewest = this.#scoreboard?.fewestOfOthers()
  }

  #act(): void {
    const { connections, accepting } = this.#acceptor
    const full = this.#maxConnections > 0 && connections >= this.#maxConnections
    if (full || !mayAccept(connections, this.#fewest, accepting)) this.#acceptor.pause()
    else if (!accepting) this.#acceptor.resume()
  }
}
