import { pgError } from './errors.ts'
import type { ConnectionPool, Lease } from './pool.ts'
import type { Statement } from './statement.ts'

/** How long the server has to become ready after it was asked to cancel. */
const CANCEL_GRACE_MS = 1_000

export interface Limits {
  signal?: AbortSignal | undefined
  timeoutMs?: number | undefined
}

/** One connection that one piece of work has to itself. */
export class Exclusive {
  readonly lease: Lease
  readonly #pool: ConnectionPool
  readonly #limitMs: number
  #pending = 0

  constructor(pool: ConnectionPool, lease: Lease, statementTimeoutMs: number) {
    this.lease = lease
    this.#pool = pool
    this.#limitMs = statementTimeoutMs > 0 ? statementTimeoutMs + 1_000 : 0
  }

  get pending(): number {
    return this.#pending
  }

  /** Sends a statement; rejects with what the server or the connection had against it. */
  async send(statement: Statement, { signal, timeoutMs }: Limits = {}): Promise<Statement> {
    const { client } = this.lease
    this.lease.query = statement.text
    const limit = timeoutMs ?? this.#limitMs
    const stop = (reason: Error) => void this.#cancel(statement, reason)
    const timer =
      limit > 0
        ? setTimeout(
            stop,
            limit,
            pgError('query_timeout', {}, { internal: `${limit} ms were over for ${statement.text}` }),
          )
        : undefined
    const abort = () => stop(pgError('query_aborted', {}, { cause: signal?.reason }))
    this.#pending++
    try {
      if (signal?.aborted) throw pgError('query_aborted', {}, { cause: signal.reason })
      signal?.addEventListener('abort', abort, { once: true })
      client.send(statement)
      return await statement.promise
    } finally {
      this.#pending--
      clearTimeout(timer)
      signal?.removeEventListener('abort', abort)
    }
  }

  /**
   * Cancels a statement. A connection that does not become ready in time is cut: it would otherwise go back to the pool
   * with a query still running on it. The request to cancel is waited for, so that it cannot hit what comes next.
   */
  async #cancel(statement: Statement, reason: Error): Promise<void> {
    if (statement.settled) return
    const { client } = this.lease
    statement.failure = reason
    const request = client.cancel(CANCEL_GRACE_MS)
    this.cancelling = request
    const timer = setTimeout(() => {
      if (!statement.settled) client.destroy()
    }, CANCEL_GRACE_MS)
    await request
    await statement.promise.catch(() => undefined) // told to whoever sent it
    clearTimeout(timer)
  }

  /** A request to cancel that is still under way. */
  cancelling: Promise<void> | undefined

  /** Gives the connection back; `certain` is false where its state is not known. */
  release(certain: boolean): void {
    const finish = () => this.#pool.release(this.lease, certain)
    if (this.cancelling) void this.cancelling.then(finish)
    else finish()
  }
}
