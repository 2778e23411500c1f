/**
 * How long the last worker waits for the others to close their sockets. A worker that closes after it drops connections
 * queued at that moment; a worker whose event loop is blocked delays the stop anyway.
 */
const PATIENCE_MS = 5000

/**
 * When everything stops, one worker closes its sockets last, so that it can serve the connections still queued. It is told
 * once all others have closed theirs.
 */
export class ClosingOrder {
  readonly #others = new Set<number>()
  #tellLast: (() => void) | undefined
  #last: number | undefined
  #timer: NodeJS.Timeout | undefined
  readonly #patienceMs: number

  constructor(patienceMs: number = PATIENCE_MS) {
    this.#patienceMs = patienceMs
  }

  /** Tells a worker to stop: at once, or later if it is the last one. Returns whether it is the last. */
  stop(id: number, tell: (last: boolean) => void): boolean {
    if (this.#last === undefined) {
      this.#last = id
      this.#tellLast = () => tell(true)
      this.#timer = setTimeout(() => this.#finish(), this.#patienceMs)
      // Workers that stop together with it are known at the end of this turn.
      setImmediate(() => this.#check())
      return true
    }
    this.#others.add(id)
    tell(false)
    return false
  }

  isLast(id: number): boolean {
    return id === this.#last
  }

  /** A worker has closed its sockets, or is gone. */
  closed(id: number): void {
    this.#others.delete(id)
    this.#check()
  }

  #check(): void {
    if (this.#others.size === 0) this.#finish()
  }

  #finish(): void {
    clearTimeout(this.#timer)
    this.#tellLast?.()
    this.#tellLast = undefined
  }
}
