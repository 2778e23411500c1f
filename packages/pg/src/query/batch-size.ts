/** What a batch of rows should take on the wire, unless its number of rows is given. */
const BYTES = 131_072
const FIRST = 100
const MOST = 2_000

/** How many rows to fetch at a time: as many as make a reasonable number of bytes, according to those before. */
export class BatchSize {
  rows: number
  readonly #fixed: boolean
  readonly #bytesRead: () => number
  #seen: number

  /**
   * @param given - a fixed number of rows
   * @param bytesRead - what has arrived on the connection so far
   */
  constructor(given: number | undefined, bytesRead: () => number) {
    this.rows = given ?? FIRST
    this.#fixed = given !== undefined
    this.#bytesRead = bytesRead
    this.#seen = bytesRead()
  }

  /** Takes a batch of so many rows, which has just arrived, into account. At most doubles, since rows need not be alike. */
  learn(rows: number): void {
    if (this.#fixed || rows === 0) return
    const now = this.#bytesRead()
    const fitting = Math.floor((BYTES * rows) / Math.max(1, now - this.#seen))
    this.#seen = now
    this.rows = Math.max(1, Math.min(fitting, this.rows * 2, MOST))
  }
}
