import { now } from '../clock.ts'
import { mayAccept, type Scoreboard } from '../scoreboard.ts'
import type { Acceptor } from './acceptor.ts'
import type { Descriptors } from './descriptors.ts'
import type { LongLivedConnections } from './long-lived-connections.ts'

/** How long a worker waits for silent workers before it accepts the connections it left to them. */
const PATIENCE_MS = 100

/** The part of an acceptor that balancing needs. */
export type Accepting = Pick<Acceptor, 'connections' | 'accepting' | 'pause' | 'resume'> & {
  longLived: Pick<LongLivedConnections, 'count' | 'nextRound'>
}

export type Board = Pick<Scoreboard, 'publish' | 'others' | 'leave'>

type DescriptorState = Pick<Descriptors, 'scarce' | 'opened' | 'check'>

const PLENTY: DescriptorState = { scarce: false, opened: () => undefined, check: () => undefined }

export interface BalanceOptions {
  acceptor: Accepting
  /** Undefined with a single worker. */
  scoreboard?: Board | undefined
  /** Open connections at which this worker stops accepting; 0 for no limit. */
  maxConnections: number
  descriptors?: DescriptorState
  /** Monotonic milliseconds. */
  clock?: () => number
}

/**
 * Decides whether this worker accepts connections now. With `mine` its own long-lived connections and `fewest` the
 * smallest number that another worker publishes, it accepts while
 *
 *     mine − fewest < 3 + ⌊fewest ÷ 8⌋      (one less to resume, so that it does not flicker at the limit)
 *
 * and while it has fewer than `maxConnections` open and enough descriptors free. Example: the others have 16 and 20; this worker stops at 21 (16 + 5)
 * and resumes at 19.
 *
 * A worker is silent if it has not published for 120 ms because its event loop or the machine is busy. Its number counts for
 * another 100 ms, since on a slow machine it will soon take its share. After that, only the others count until it
 * publishes again.
 *
 * Reading the scoreboard costs system calls, so a new connection triggers a check only if this worker may be ahead according
 * to the last one; otherwise the next tick checks. A single worker does not publish at all.
 */
export class Balance {
  readonly #acceptor: Accepting
  readonly #scoreboard: Board | undefined
  readonly #maxConnections: number
  readonly #descriptors: DescriptorState
  readonly #now: () => number
  #fewest: number | undefined
  /** Since when it has been ahead of a silent worker; undefined if it is not. */
  #waitingSince: number | undefined
  /** It has waited for the silent workers in vain: they do not count until they publish again. */
  #impatient = false
  #left = false
  #published = 0

  constructor({ acceptor, scoreboard, maxConnections, descriptors = PLENTY, clock = now }: BalanceOptions) {
    this.#acceptor = acceptor
    this.#scoreboard = scoreboard
    this.#maxConnections = maxConnections
    this.#descriptors = descriptors
    this.#now = clock
  }

  /** A connection with this descriptor was accepted. */
  opened(fd?: number): void {
    if (this.#left) return
    this.#descriptors.opened(fd)
    const { count } = this.#acceptor.longLived
    if (this.#fewest !== undefined) {
      if (count !== this.#published) this.#publish()
      if (!mayAccept(count, this.#fewest, true)) this.#look()
    }
    this.#act()
  }

  /** A connection has ended, so this worker or others may accept again. */
  closed(): void {
    if (this.#left || this.#acceptor.accepting) return
    this.#descriptors.check()
    this.#publish()
    this.#look()
    this.#act()
  }

  /** Called regularly, because other workers and connections come and go. */
  tick(): void {
    if (this.#left) return
    this.#acceptor.longLived.nextRound()
    this.#descriptors.check()
    this.#publish()
    this.#look()
    this.#act()
  }

  /** Stops accepting permanently. */
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
    if (full || this.#descriptors.scarce || !mayAccept(longLived.count, this.#fewest, accepting)) this.#acceptor.pause()
    else if (!accepting) this.#acceptor.resume()
  }
}
