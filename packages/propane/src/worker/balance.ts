import { now } from '../clock.ts'
import { mayAccept, type Scoreboard } from '../scoreboard.ts'
import type { Acceptor } from './acceptor.ts'
import type { LongLivedConnections } from './long-lived-connections.ts'

/**
 * How long a worker that is ahead leaves new connections to one that has not been heard of. Where only the machine is
 * slow that one comes and takes them; where its event loop is busy nobody may wait for it.
 */
const PATIENCE_MS = 100

/** What is balanced: all of an acceptor that matters here. */
export type Accepting = Pick<Acceptor, 'connections' | 'accepting' | 'pause' | 'resume'> & {
  longLived: Pick<LongLivedConnections, 'count' | 'turn'>
}

export type Board = Pick<Scoreboard, 'publish' | 'others' | 'leave'>

/**
 * Leaves new connections to other workers while they have fewer, or while there are as many here as there may be.
 * Looking at the scoreboard costs system calls, so a new connection looks only where the last look says that this
 * worker might be ahead; the rest waits for the tick. A worker that is alone does not even write.
 */
export class Balance {
  readonly #acceptor: Accepting
  readonly #scoreboard: Board | undefined
  readonly #maxConnections: number
  readonly #now: () => number
  #fewest: number | undefined
  /** Since when it has been ahead while somebody is silent; undefined when that is not so. */
  #waitingSince: number | undefined
  /** It has waited in vain for those who are silent, and does so no more until they are heard of again. */
  #impatient = false
  #left = false
  #published = 0

  constructor(acceptor: Accepting, scoreboard: Board | undefined, maxConnections: number, clock: () => number = now) {
    this.#acceptor = acceptor
    this.#scoreboard = scoreboard
    this.#maxConnections = maxConnections
    this.#now = clock
  }

  /** A connection has come. */
  opened(): void {
    if (this.#left) return
    const { count } = this.#acceptor.longLived
    if (this.#fewest !== undefined) {
      if (count !== this.#published) this.#publish()
      if (!mayAccept(count, this.#fewest, true)) this.#look()
    }
    this.#act()
  }

  /** A connection has ended: while this worker does not accept, it may be the one that others wait for. */
  closed(): void {
    if (this.#left || this.#acceptor.accepting) return
    this.#publish()
    this.#look()
    this.#act()
  }

  /** From time to time: others may have come or gone, and connections have ended. */
  tick(): void {
    if (this.#left) return
    this.#acceptor.longLived.turn()
    this.#publish()
    this.#look()
    this.#act()
  }

  /** This worker accepts no more. */
  leave(): void {
    this.#left = true
    this.#scoreboard?.leave()
  }

  #publish(): void {
    this.#published = this.#acceptor.longLived.count
    this.#scoreboard?.publish(this.#published)
  }

  #look(): void {
    if (!this.#scoreboard) return
    const { fewest, fewestAwake, silent } = this.#scoreboard.others()
    const { longLived, accepting } = this.#acceptor
    if (!silent || mayAccept(longLived.count, fewest, accepting)) this.#waitingSince = undefined
    else this.#waitingSince ??= this.#now()
    if (!silent) this.#impatient = false
    else if (this.#waitingSince !== undefined && this.#now() - this.#waitingSince >= PATIENCE_MS) this.#impatient = true
    this.#fewest = this.#impatient ? fewestAwake : fewest
  }

  #act(): void {
    const { connections, longLived, accepting } = this.#acceptor
    const full = this.#maxConnections > 0 && connections >= this.#maxConnections
    if (full || !mayAccept(longLived.count, this.#fewest, accepting)) this.#acceptor.pause()
    else if (!accepting) this.#acceptor.resume()
  }
}
