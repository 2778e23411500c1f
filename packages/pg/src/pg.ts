import { AsyncLocalStorage } from 'node:async_hooks'
import { callerOf, captureSite, type Site } from './caller.ts'
import { oneLine } from './database-error.ts'
import { pgError } from './errors.ts'
import { Exclusive } from './exclusive.ts'
import { Lanes } from './lanes.ts'
import { type PgOptions, readOptions, type Settings, targetOf } from './options.ts'
import { ConnectionPool, type Holder } from './pool.ts'
import { type Prepared, Queries } from './queries.ts'
import type { Result } from './result.ts'
import { Runner } from './runner.ts'
import { type SqlTag, sql } from './sql.ts'
import type { Statement } from './statement.ts'
import { type Transaction, type TxOptions, transact } from './transaction.ts'

export interface PoolStats {
  /** Connections open. */
  total: number
  /** Open and unused. */
  idle: number
  /** In use by one holder, lanes included. */
  leased: number
  /** Waiting for a connection. */
  waiting: number
  /** Connections that plain queries share. */
  lanes: number
  /** Plain queries in flight. */
  pipelined: number
}

/** A PostgreSQL database: queries, transactions, and the pool of connections behind them. */
export class Pg extends Queries {
  /** The tag for composing SQL. */
  readonly sql: SqlTag = sql
  readonly #settings: Settings
  readonly #runner: Runner
  readonly #pool: ConnectionPool
  readonly #lanes: Lanes
  readonly #open: AsyncLocalStorage<Site> | undefined
  #closed: Promise<Holder[]> | undefined

  constructor(options: string | PgOptions) {
    super()
    this.#settings = readOptions(options)
    this.#runner = new Runner(this.#settings)
    this.#pool = new ConnectionPool(this.#settings, this.#runner.parsers)
    this.#lanes = new Lanes(this.#pool, this.#settings)
    this.#open = this.#settings.debug ? new AsyncLocalStorage<Site>() : undefined
  }

  /** Where it leads, without the password: `app@db.example:5432/shop`. */
  get target(): string {
    return targetOf(this.#settings)
  }

  /**
   * Runs `fn` in a transaction: committed when it returns, rolled back when it throws. Queries go through the `tx` it is
   * given; `tx.tx()` nests.
   */
  async tx<T>(fn: (tx: Transaction) => Promise<T> | T, options: TxOptions = {}): Promise<T> {
    const site = this.#site(this.tx)
    this.#refuseInside('tx()', false, site)
    const work = this.#open && site ? (tx: Transaction) => this.#open!.run(site, () => fn(tx)) : fn
    return transact(this.#runner, this.#pool, work, options, site, callerOf(site?.stack))
  }

  /** Whether the database answers; throws what is in the way. */
  async ping(options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<void> {
    await this.query('select 1', [], { ...options, timeoutMs: options.timeoutMs ?? 1_000, outsideTransaction: true })
  }

  stats(): PoolStats {
    const { lanes, pipelined, queued } = this.#lanes.stats
    const pool = this.#pool.stats
    return { ...pool, waiting: pool.waiting + queued, lanes, pipelined }
  }

  /**
   * Refuses what is new, waits for what is under way, and closes. After `timeoutMs` (default 5,000) connections are cut;
   * who still had one is returned.
   */
  close({ timeoutMs = 5_000 }: { timeoutMs?: number } = {}): Promise<Holder[]> {
    this.#closed ??= this.#pool.close(timeoutMs)
    return this.#closed
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  protected async run(query: Prepared): Promise<Result<unknown>> {
    const site = this.#site(this.run)
    this.#refuseInside(query.text, query.options.outsideTransaction ?? false, site)
    const alone = this.#settings.lanes === 0 || query.options.isolated || query.options.timeoutMs !== undefined
    return alone || query.options.signal ? this.#runAlone(query, site) : this.#runShared(query, site)
  }

  async #runShared(query: Prepared, site: Site | undefined): Promise<Result<unknown>> {
    let statement: Statement | undefined
    const share = (next: Statement): Promise<Statement> => {
      statement = next
      this.#lanes.send(next)
      return next.promise
    }
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          const built = this.#runner.buildNow(query) ?? (await this.#runner.build(query, share))
          return (await share(built)).result
        } catch (error) {
          if (attempt > 1 || !statement || !this.#runner.isStale(statement)) throw error
        }
      }
    } catch (error) {
      throw this.#runner.toError(error, query, statement?.client, site)
    }
  }

  async #runAlone(query: Prepared, site: Site | undefined): Promise<Result<unknown>> {
    const { signal, timeoutMs } = query.options
    const lease = await this.#pool.lease({ purpose: 'query', query: query.text, signal, caller: callerOf(site?.stack) })
    const exclusive = new Exclusive(this.#pool, lease, this.#settings.statementTimeoutMs)
    const send = (statement: Statement) => exclusive.send(statement, { signal, timeoutMs })
    let statement: Statement | undefined
    try {
      for (let attempt = 1; ; attempt++) {
        try {
          statement = await this.#runner.build(query, send)
          return (await send(statement)).result
        } catch (error) {
          if (attempt > 1 || !statement || !this.#runner.isStale(statement)) throw error
        }
      }
    } catch (error) {
      throw this.#runner.toError(error, query, lease.client, site)
    } finally {
      exclusive.release(true)
    }
  }

  #site(above: (...args: never[]) => unknown): Site | undefined {
    return this.#settings.debug ? captureSite(above) : undefined
  }

  /** A query on the pool inside tx() waits for a connection while holding one: with enough of them, all wait for ever. */
  #refuseInside(text: string, meant: boolean, site: Site | undefined): void {
    const opened = this.#open?.getStore()
    if (!opened || meant) return
    const places = `\nThe query is made at ${callerOf(site?.stack)}, in the transaction opened at ${callerOf(opened.stack)}.`
    throw pgError('transaction_bypassed', { query: oneLine(text) }, { internal: places })
  }
}

/** Opens a pool. Nothing connects before the first query. */
export function createPg(options: string | PgOptions): Pg {
  return new Pg(options)
}
