import type { Socket } from 'node:net'

/** Rounds follow the worker's tick, which is faster under overload. */
const MIN_ROUND_MS = 40

const BORN = Symbol('propane round of birth')

type Born = Socket & { [BORN]?: number }

/**
 * Estimates how many open connections are long-lived. If each connection carries a single request, the number open at a
 * given moment says little: a worker that relied on it would pause and resume all the time.
 *
 * Time is cut into rounds of about 50 ms. With
 *
 *     young(r)   = connections opened in round r that are still open
 *     peak(r)    = the largest young(r) was during round r
 *     short(r)   = peak(r) − those of round r that are still open one round later
 *
 * the estimate in round r is
 *
 *     count = open − min(young(r) + young(r−1), 2 × max(short(r−2), short(r−3)))
 *
 * Young connections are subtracted only as far as young connections have proved to be short-lived lately; the factor 2
 * leaves room for bursts.
 *
 * Example: 100 keep-alive connections stay open, and 20 short ones are open at any time. Then peak = 20; none of them
 * is open a round later, so short = 20, and count = 120 − min(20 + 0, 40) = 100. When instead 20 keep-alive connections
 * arrive at once, short = 0 and count = 120 at once: nothing is subtracted.
 */
export class LongLivedConnections {
  readonly #clock: () => number
  #round = 0
  #began: number
  #open = 0
  /** Open connections that came in this round, and in the one before. */
  #young = 0
  #older = 0
  /** The largest `#young` was in this round, and in the one before. */
  #peak = 0
  #peakBefore = 0
  /** How many of a peak proved short-lived, in the latest two rounds for which that is known. */
  #short = 0
  #shortBefore = 0

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
    this.#began = clock()
  }

  /** The estimate. */
  get count(): number {
    const short = Math.max(this.#short, this.#shortBefore)
    return this.#open - Math.min(this.#young + this.#older, 2 * short)
  }

  opened(socket: Socket): void {
    ;(socket as Born)[BORN] = this.#round
    this.#open++
    this.#young++
    if (this.#young > this.#peak) this.#peak = this.#young
  }

  closed(socket: Socket): void {
    const age = this.#round - (socket as Born)[BORN]!
    this.#open--
    if (age === 0) this.#young--
    else if (age === 1) this.#older--
  }

  /** Begins a new round, if this one has lasted long enough. */
  nextRound(): void {
    const now = this.#clock()
    if (now - this.#began < MIN_ROUND_MS) return
    this.#began = now
    this.#round++
    this.#shortBefore = this.#short
    this.#short = this.#peakBefore - this.#older
    this.#peakBefore = this.#peak
    this.#older = this.#young
    this.#young = 0
    this.#peak = 0
  }
}
