/**
 * How long the last worker waits for the others to say that they have closed theirs. One that closes after it throws
 * away what queues then; one whose event loop is blocked delays the stop anyway.
 */
const PATIENCE_MS = 5000

/**
 * When everything stops, one worker is the last to close the sockets, so that it can see to what still queues. It is
 * told so once all others have closed theirs.
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

  /** A worker is to stop: tells it at once, or later where it is the last, which is the answer. */
  stop(id: number, tell: (last: boolean) => void): boolean {
    if (this.#last === undefined) {
      this.#last = id
      this.#tellLast = () => tell(true)
      this.#timer = setTimeout(() => this.#finish(), this.#patienceMs)
      // Those who stop together with it are known at the end of this turn.
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
