import { hashed, hashKey } from './key-hash.ts'
import type { Columns, RateAlgorithm } from './rate-algorithm.ts'

const WAYS = 8

/**
 * A table of rows by key in bounded memory: columns of numbers, without objects, strings or timers. A key is identified
 * by a keyed 64-bit hash, whose halves select the two groups of eight rows that it may use (with two choices, groups
 * rarely fill up before the table does).
 *
 * If both groups are full, an expired row is replaced, or else the one that expires soonest, but never a blocked one:
 * an attacker could otherwise get unblocked by flooding the table with other keys.
 */
export class KeyTable implements Columns {
  readonly a: Float64Array
  readonly b: Float64Array
  readonly c: Float64Array
  readonly #algorithm: RateAlgorithm
  readonly #high: Uint32Array
  readonly #low: Uint32Array
  readonly #groups: number
  #filled = 0

  /** @param maxKeys - rounded up to a power of two. A row takes 16 to 32 bytes. */
  constructor(algorithm: RateAlgorithm, maxKeys: number) {
    const rows = 2 ** Math.ceil(Math.log2(Math.max(maxKeys, WAYS)))
    this.#algorithm = algorithm
    this.#groups = rows / WAYS
    this.#high = new Uint32Array(rows)
    this.#low = new Uint32Array(rows)
    this.a = new Float64Array(rows)
    this.b = new Float64Array(algorithm.columns >= 2 ? rows : 0)
    this.c = new Float64Array(algorithm.columns >= 3 ? rows : 0)
  }

  /** The row of a key, cleared if the key is new; -1 if every possible row is blocked. */
  rowOf(key: string, now: number): number {
    let row = this.find(key)
    if (row !== -1) return row
    const { high } = hashed
    const low = hashed.low || 1
    const first = this.#group(low)
    const second = this.#group(high)
    row = this.#vacancy(first, second, now)
    if (row === -1) row = this.#victim(first, second, now)
    if (row !== -1) this.#claim(row, high, low)
    return row
  }

  /** The row of a key, or -1 if it has none. */
  find(key: string): number {
    hashKey(key)
    const { high } = hashed
    // 0 marks unused rows.
    const low = hashed.low || 1
    const first = this.#group(low)
    for (let row = first; row < first + WAYS; row++) if (this.#low[row] === low && this.#high[row] === high) return row
    const second = this.#group(high)
    for (let row = second; row < second + WAYS; row++)
      if (this.#low[row] === low && this.#high[row] === high) return row
    return -1
  }

  /** Rows in use, including expired ones that have not been reused. */
  get size(): number {
    return this.#filled
  }

  /** Bytes held. */
  get bytes(): number {
    return this.a.byteLength + this.b.byteLength + this.c.byteLength + this.#high.byteLength + this.#low.byteLength
  }

  #group(half: number): number {
    return (half & (this.#groups - 1)) * WAYS
  }

  /** A free row in the emptier of two groups, or -1. */
  #vacancy(first: number, second: number, now: number): number {
    let [row, free] = [-1, 0]
    for (const group of first === second ? [first] : [first, second]) {
      let [candidate, count] = [-1, 0]
      for (let i = group; i < group + WAYS; i++) {
        if (this.#algorithm.expiresAt(this, i) > now) continue
        candidate = i
        count++
      }
      if (count > free) [row, free] = [candidate, count]
    }
    return row
  }

  /** The least important row of two full groups, or -1 if all are blocked. */
  #victim(first: number, second: number, now: number): number {
    let [row, soonest] = [-1, Number.POSITIVE_INFINITY]
    for (const group of [first, second]) {
      for (let i = group; i < group + WAYS; i++) {
        const expiry = this.#algorithm.expiresAt(this, i)
        if (expiry < soonest && !this.#algorithm.isBlocked(this, i, now)) [row, soonest] = [i, expiry]
      }
    }
    return row
  }

  #claim(row: number, high: number, low: number): void {
    if (this.#low[row] === 0) this.#filled++
    this.#high[row] = high
    this.#low[row] = low
    this.a[row] = 0
    if (this.b.length > 0) this.b[row] = 0
    if (this.c.length > 0) this.c[row] = 0
  }
}
