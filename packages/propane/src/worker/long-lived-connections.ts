import type { Socket } from 'node:net'

/** Rounds follow the tick of a worker, which is faster while it is overloaded. */
const MIN_ROUND_MS = 40

const BORN = Symbol('propane round of birth')

type Born = Socket & { [BORN]?: number }

/**
 * Counts connections without those that come and go: where a connection lives for one request only, how many there are
 * this instant says little, and a worker that looked at it would stop and go on accepting all the time. Time is cut
 * into rounds. Connections of this round and the one before are young, and twice as many of them are not counted as
 * lately were open at one time and did not grow old: they come in heaps.
 */
export class LongLivedConnections {
  readonly #clock: () => number
  #round = 0
  #began: number
  #open = 0
  /** Open connections that came in this round, and in the one before. */
  #young = 0
  #older = 0
  /** The most that `#young` was in this round, and in the one before. */
  #peak = 0
  #peakBefore = 0
  /** How many of a peak did not grow old, in the latest two rounds for which that is known. */
  #fleeting = 0
  #fleetingBefore = 0

  constructor(clock: () => number = () => performance.now()) {
    this.#clock = clock
    this.#began = clock()
  }

  get count(): number {
    const fleeting = Math.max(this.#fleeting, this.#fleetingBefore)
    return this.#open - Math.min(this.#young + this.#older, 2 * fleeting)
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

  /** A new round begins, if this one has taken long enough. */
  turn(): void {
    const now = this.#clock()
    if (now - this.#began < MIN_ROUND_MS) return
    this.#began = now
    this.#round++
    this.#fleetingBefore = this.#fleeting
    this.#fleeting = this.#peakBefore - this.#older
    this.#peakBefore = this.#peak
    this.#older = this.#young
    this.#young = 0
    this.#peak = 0
  }
}
