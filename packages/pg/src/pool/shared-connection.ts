import type { PgClient } from '../wire/client.ts'
import type { Statement } from '../wire/statement.ts'
import type { PooledConnection } from './pool.ts'

/**
 * A shared connection accepts no more than it can probably answer in this time, and nothing while its current query takes
 * longer.
 */
const BACKLOG_MS = 20
/** One slow query must not make a connection look slow for long. */
const LONGEST_SAMPLE_MS = 50
/** How long an abandoned query may continue before it is canceled on the server: most have finished by then. */
const CANCEL_AFTER_MS = 10
/** How long the server has to become ready after that. */
const CANCEL_GRACE_MS = 1_000

/** One connection whose pipeline many queries share. */
export class SharedConnection {
  readonly pooled: PooledConnection
  readonly client: PgClient
  /** In the order in which the server answers them. */
  readonly pending: Statement[] = []
  /** Accepts no more queries, and releases its connection once it is empty. */
  retiring = false
  /** When its server last finished something; meaningless with nothing in flight. */
  progressAt: number = performance.now()
  /** Moving average of the server's time per query, in milliseconds. */
  #serviceMs = 0.05
  readonly #depth: number
  #canceling = false
  #onEnd: (() => void) | undefined
  readonly #onFinished: (connection: SharedConnection) => void
  readonly #finish = (statement: Statement): void => this.#finished(statement)

  constructor(pooled: PooledConnection, depth: number, onFinished: (connection: SharedConnection) => void) {
    this.pooled = pooled
    this.#depth = depth
    this.client = pooled.client
    this.#onFinished = onFinished
    this.client.hold(false)
  }

  /** Whether it accepts queries. */
  get open(): boolean {
    return !this.retiring && this.client.usable
  }

  onEnd(fn: () => void): void {
    this.#onEnd = fn
    this.client.once('end', fn)
  }

  /** The connection is no longer shared. */
  leave(): void {
    this.client.hold(true)
    if (this.#onEnd) this.client.removeListener('end', this.#onEnd)
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
    else if (this.pending.includes(statement)) this.pending.splice(this.pending.indexOf(statement), 1)
    const sample = Math.min(statement.doneAt - this.progressAt, LONGEST_SAMPLE_MS)
    this.#serviceMs += (sample - this.#serviceMs) / 8
    this.progressAt = statement.doneAt
    // A transaction that was opened here by accident would capture the queries of everyone else.
    if (this.client.getTransactionStatus() !== 'I') this.client.destroy()
    if (this.pending.length === 0) this.client.hold(false)
    else if (this.pending[0]!.abandoned) this.#cancelSoon()
    this.#onFinished(this)
  }

  /** How long a new query would wait, in milliseconds; infinite if the connection accepts none. */
  estimate(now: number): number {
    const waiting = this.pending.length
    if (!this.open) return Number.POSITIVE_INFINITY
    if (waiting === 0) return 0
    const backlog = waiting * Math.max(this.#serviceMs, 0.01)
    const stalled = now - this.progressAt > BACKLOG_MS
    return stalled || backlog > BACKLOG_MS || waiting >= this.#depth ? Number.POSITIVE_INFINITY : backlog
  }

  /** Whether it accepts no more, permanently. */
  slow(now: number): boolean {
    return this.pending.length * this.#serviceMs > BACKLOG_MS / 2 || now - this.progressAt > BACKLOG_MS
  }

  /** The caller no longer waits: the query is canceled when its turn comes. */
  abandon(statement: Statement): void {
    statement.abandoned = true
    if (this.pending[0] === statement) this.#cancelSoon()
  }

  /**
   * Cancels the current query if it is still the same in a moment. A cancel request names the connection, not the query, so
   * it may hit the next one, which is then run again (see `Executor`).
   */
  #cancelSoon(): void {
    const head = this.pending[0]
    const timer = setTimeout(async () => {
      if (this.pending[0] !== head || this.#canceling) return
      this.#canceling = true
      const cut = setTimeout(() => {
        if (this.pending[0] === head) this.client.destroy()
      }, CANCEL_GRACE_MS)
      await this.client.cancel(CANCEL_GRACE_MS)
      this.#canceling = false
      if (this.pending[0] !== head) clearTimeout(cut)
      if (this.pending[0]?.abandoned) this.#cancelSoon()
    }, CANCEL_AFTER_MS)
    timer.unref()
  }
}
