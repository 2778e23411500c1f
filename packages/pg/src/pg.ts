import { option, readOptions } from '@arlen/core/options'
import { type PgOptions, readPgOptions, targetOf } from './connection/options.ts'
import { Database, type TxCallback, type TxOptions } from './database.ts'
import { pgError } from './errors.ts'
import { Listener, type ListenOptions, type NotificationHandler, type Subscription } from './listen/listener.ts'
import { Executor, publishExecutor } from './pool/executor.ts'
import type { Lease, LeasePurpose } from './pool/lease.ts'
import type { Holder } from './pool/pool.ts'
import type { Query } from './query/query.ts'
import type { Result } from './query/result.ts'
import { ReadDatabase } from './read/read-database.ts'
import { ReadEntrance } from './read/read-entrance.ts'
import { Scope, type ScopeOptions } from './scope.ts'
import { quoteIdentifier } from './sql/sql.ts'

/** The number of connections in a pool, by use. */
export interface PoolStats {
  /** Most connections. */
  max: number
  /** Open connections. */
  total: number
  /** Open and unused. */
  idle: number
  /** In use: leased to one caller, or shared. */
  leased: number
  /** Queries and transactions waiting for a connection. */
  waiting: number
  /** Connections that plain queries share. */
  shared: number
  /** Plain queries in flight. */
  pipelined: number
  /** The stats of the reading pool, if there is one. */
  read?: PoolStats
}

function statsOf({ pool, shared: { stats } }: Executor): PoolStats {
  const { shared, pipelined, queued } = stats
  return { ...pool.stats, waiting: pool.stats.waiting + queued, shared, pipelined }
}

/** A PostgreSQL database: queries, transactions, and the pool of connections behind them. */
export class Pg extends Database {
  readonly #executor: Executor
  readonly #standby: Executor | undefined
  /** For reads only. Outside of a scope, it is unknown what was written before. */
  readonly read: Database
  #listener: Listener | undefined
  #closed: Promise<Holder[]> | undefined

  constructor(options: string | PgOptions) {
    super()
    const settings = readPgOptions(options)
    this.#executor = new Executor(settings)
    this.#standby = settings.read && new Executor(settings.read)
    this.read = new ReadDatabase(new ReadEntrance(this.#executor, this.#standby, undefined))
    publishExecutor(this, this.#executor)
  }

  /** The target, without the password: `app@db.example:5432/shop`. */
  get target(): string {
    return targetOf(this.#executor.settings)
  }

  tx<T>(fn: TxCallback<T>, options: TxOptions = {}): Promise<T> {
    return this.#executor.tx(fn, options)
  }

  /** The same database for one request: its queries are canceled with its signal and counted together. */
  scope(options: ScopeOptions = {}): Scope {
    return new Scope({ primary: this.#executor, standby: this.#standby }, options)
  }

  /**
   * Calls `handler` with the payload of every NOTIFY on a channel, over a dedicated connection. See {@link
   * ListenOptions.onResync} for what happens when that connection is lost.
   */
  listen(channel: string, handler: NotificationHandler, options?: ListenOptions): Promise<Subscription> {
    this.#listener ??= new Listener(this.#executor.settings, this.#executor.runner.parsers)
    return this.#listener.listen(channel, handler, options)
  }

  /**
   * Notifies all listeners on commit. At most 7,999 bytes. Inside a transaction, use `tx.execute('select pg_notify(…)')`.
   */
  async notify(channel: string, payload = ''): Promise<void> {
    const bytes = Buffer.byteLength(payload)
    if (bytes > 7_999) throw pgError('notify_too_long', { channel, bytes })
    quoteIdentifier(channel) // LISTEN would reject it
    await this.execute('select pg_notify($1, $2)', [channel, payload])
  }

  /**
   * Checks that the database responds.
   *
   * @throws `connect_failed`, `query_timeout`, `query_aborted`, `pool_closed`
   */
  async ping(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    const { timeoutMs = 1_000, signal } = readOptions('ping()', options, {
      timeoutMs: option.durationMs(1),
      signal: option.object,
    })
    await this.query('select 1', [], { timeoutMs, signal, outsideTransaction: true })
  }

  stats(): PoolStats {
    return { ...statsOf(this.#executor), ...(this.#standby && { read: statsOf(this.#standby) }) }
  }

  /**
   * Rejects new work, waits for work in progress, and closes. After `timeoutMs` (default 5,000) it cuts the remaining
   * connections and returns their users.
   */
  async close(options: { timeoutMs?: number } = {}): Promise<Holder[]> {
    const { timeoutMs = 5_000 } = readOptions('close()', options, { timeoutMs: option.durationMs() })
    this.#closed ??= this.#close(timeoutMs)
    return this.#closed
  }

  async #close(timeoutMs: number): Promise<Holder[]> {
    const closed = this.#executor.close(timeoutMs) // rejects from now on
    const others = this.#standby?.close(timeoutMs)
    await this.#listener?.close()
    return [...(await closed), ...((await others) ?? [])]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  protected run(query: Query): Promise<Result<unknown>> {
    return this.#executor.run(query)
  }

  protected lease(purpose: LeasePurpose, query: Query): Promise<Lease> {
    return this.#executor.lease(purpose, query)
  }
}

/** Creates a pool. It does not connect before the first query. */
export function createPg(options: string | PgOptions): Pg {
  return new Pg(options)
}
