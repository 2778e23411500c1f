import { pgError } from '../errors.ts'
import type { PgClient } from '../wire/client.ts'
import type { Statement } from '../wire/statement.ts'
import { onAbort } from './abort-group.ts'
import type { ConnectionPool, PooledConnection } from './pool.ts'

/** How long the server has to become ready after a cancel request. */
const CANCEL_GRACE_MS = 1_000

export interface Limits {
  signal?: AbortSignal | undefined
  timeoutMs?: number | undefined
}

/** A connection leased to one caller. */
export class LeasedConnection {
  readonly pooled: PooledConnection
  readonly #pool: ConnectionPool
  readonly #limitMs: number
  #released = false
  /** State was left behind on its session. */
  #tainted = false
  #copying: Promise<void> | undefined
  /** A cancel request that is still in progress. */
  #canceling: Promise<void> | undefined

  constructor(pool: ConnectionPool, pooled: PooledConnection, statementTimeoutMs: number) {
    this.pooled = pooled
    this.#pool = pool
    this.#limitMs = statementTimeoutMs > 0 ? statementTimeoutMs + 1_000 : 0
  }

  get client(): PgClient {
    return this.pooled.client
  }

  /** Sends a statement; rejects with the error of the server or the connection. */
  async send(statement: Statement, { signal, timeoutMs }: Limits = {}): Promise<Statement> {
    // Anything sent now could end up in the middle of the data, or be hit by a cancel request for earlier work.
    if (this.#copying) await this.#copying
    if (this.#canceling) await this.#canceling
    if (this.#released) throw pgError('transaction_finished', { query: statement.text })
    if (signal?.aborted) throw abortError(signal)
    this.pooled.query = statement.text
    const limit = timeoutMs ?? this.#limitMs
    const timer = startLimit(statement, limit, reason => this.cancel(statement, reason))
    const forget = signal && onAbort(signal, () => this.cancel(statement, abortError(signal)))
    this.#tainted ||= statement.leaksSession
    this.client.send(statement)
    try {
      return await statement.promise
    } finally {
      clearTimeout(timer)
      forget?.()
    }
  }

  /** Sends a COPY. Statements sent meanwhile wait, because they would end up in the middle of the data. */
  sendCopy(statement: Statement, { signal, timeoutMs = 0 }: Limits): Promise<Statement> {
    const sent = this.send(statement, { signal, timeoutMs })
    const free = () => {
      this.#copying = undefined
    }
    this.#copying = statement.promise.then(free, free)
    return sent
  }

  /**
   * Cancels a statement. A connection that does not become ready in time is cut: otherwise it would return to the pool with
   * a query still running on it.
   */
  cancel(statement: Statement, reason: Error): void {
    if (statement.settled) return
    const { client } = this
    statement.failure = reason
    statement.interrupt()
    const cut = setTimeout(() => client.destroy(), CANCEL_GRACE_MS)
    statement.promise.catch(() => undefined).finally(() => clearTimeout(cut))
    this.#canceling = client.cancel(CANCEL_GRACE_MS).finally(() => {
      this.#canceling = undefined
    })
  }

  /** Releases the connection; `certain` is false if its state is unknown. */
  release(certain: boolean): void {
    this.#released = true
    const finish = () => this.#pool.release(this.pooled, certain && !this.#tainted)
    // A cancel request names a connection, not a query: until it is done, it could hit the next user's query.
    if (this.#canceling) void this.#canceling.then(finish)
    else finish()
  }
}

/** Calls `stop` with the error if the time is up before the statement is done; 0 means never. */
export function startLimit(
  statement: Statement,
  limitMs: number,
  stop: (reason: Error) => void,
): NodeJS.Timeout | undefined {
  if (limitMs <= 0) return undefined
  return setTimeout(() => {
    // After a stall of this process, the answer may have arrived: it is read first.
    setImmediate(() => {
      if (!statement.settled) stop(timeoutError(statement, limitMs))
    })
  }, limitMs)
}

export function abortError(signal: AbortSignal): Error {
  return pgError('query_aborted', {}, { cause: signal.reason })
}

function timeoutError(statement: Statement, limitMs: number): Error {
  return pgError('query_timeout', {}, { internal: `${limitMs} ms were over for ${statement.text}` })
}
