import type { PgClient } from './client.ts'
import type { Lease } from './pool.ts'
import type { Statement } from './statement.ts'

/** A lane whose current query runs longer than this gets no new ones while another lane can take them. */
const STALLED_AT_MS = 20
/** What an abandoned query may still take before the server is asked to cancel it: most are done by then. */
const CANCEL_AFTER_MS = 10
/** How long the server has to become ready after that. */
const CANCEL_GRACE_MS = 1_000

/** One connection whose pipeline many queries share. */
export class Lane {
  readonly lease: Lease
  readonly client: PgClient
  /** In the order in which the server answers them. */
  readonly pending: Statement[] = []
  /** Takes no more queries, and gives its connection back once it is empty. */
  retiring = false
  /** When its server last finished something; with nothing in flight this says nothing. */
  progressAt: number = performance.now()
  /** Moving average of what one query takes the server, in milliseconds. */
  #serviceMs = 0.05
  #cancelling = false
  readonly #onFinished: (lane: Lane) => void
  readonly #finish = (statement: Statement): void => this.#finished(statement)

  constructor(lease: Lease, onFinished: (lane: Lane) => void) {
    this.lease = lease
    this.client = lease.client
    this.#onFinished = onFinished
    this.client.hold(false)
  }

  /** Whether it takes queries. */
  get open(): boolean {
    return !this.retiring && this.client.usable
  }

  send(statement: Statement): void {
    statement.onSettled = this.#finish
    this.client.send(statement)
    if (this.pending.push(statement) > 1) return
    this.client.hold(true)
    this.progressAt = statement.sentAt
  }

  #finished(statement: Statement): void {
    if (this.pending[0] === statement) this.pending.shift()
    else this.pending.splice(this.pending.indexOf(statement), 1)
    this.#serviceMs += (statement.doneAt - this.progressAt - this.#serviceMs) / 8
    this.progressAt = statement.doneAt
    if (this.pending.length === 0) this.client.hold(false)
    else if (this.pending[0]!.abandoned) this.#cancelSoon()
    this.#onFinished(this)
  }

  /** How long a new query would wait, in milliseconds. */
  estimate(now: number): number {
    if (this.pending.length === 0) return 0
    const age = now - this.progressAt
    return this.pending.length * Math.max(this.#serviceMs, 0.01) + (age > STALLED_AT_MS ? age : 0)
  }

  /** Nobody waits for this answer any more: once it is its turn, it is cancelled. */
  abandon(statement: Statement): void {
    statement.abandoned = true
    if (this.pending[0] === statement) this.#cancelSoon()
  }

  /**
   * Cancels the current query if it is still the same in a moment. A request to cancel says which connection and not
   * which query, so it may hit the one behind; that one is then run again (see `Executor`).
   */
  #cancelSoon(): void {
    const head = this.pending[0]
    const timer = setTimeout(async () => {
      if (this.pending[0] !== head || this.#cancelling) return
      this.#cancelling = true
      const cut = setTimeout(() => {
        if (this.pending[0] === head) this.client.destroy()
      }, CANCEL_GRACE_MS)
      await this.client.cancel(CANCEL_GRACE_MS)
      this.#cancelling = false
      if (this.pending[0] !== head) clearTimeout(cut)
      if (this.pending[0]?.abandoned) this.#cancelSoon()
    }, CANCEL_AFTER_MS)
    timer.unref()
  }
}
