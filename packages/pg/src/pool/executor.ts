import { AsyncLocalStorage } from 'node:async_hooks'
import { readOptions } from '@arlen/core/options'
import type { Settings } from '../connection/options.ts'
import { TX_OPTIONS, type TxCallback, type TxOptions } from '../database.ts'
import { pgError } from '../errors.ts'
import { type CallSite, callerOf, captureCallSite } from '../query/call-site.ts'
import type { Query } from '../query/query.ts'
import type { Field, Result } from '../query/result.ts'
import { oneLine } from '../sql/one-line.ts'
import { Statement } from '../wire/statement.ts'
import type { ConnectionProvider } from './connection-provider.ts'
import { FailoverWatch } from './failover-watch.ts'
import type { Lease, LeasePurpose } from './lease.ts'
import { abortError } from './leased-connection.ts'
import { ConnectionPool, type Holder } from './pool.ts'
import { PoolProvider } from './pool-provider.ts'
import { Runner } from './runner.ts'
import { SharedConnections } from './shared-connections.ts'

/** The transaction in whose callback a piece of code runs. */
interface EnclosingTransaction {
  site: CallSite
  over: boolean
}

/** The entrance to a pool for `Pg` and its scopes: rejects misuse, then passes the work to the connection provider. */
export class Executor {
  readonly settings: Settings
  readonly pool: ConnectionPool
  readonly shared: SharedConnections
  readonly runner: Runner
  provider: ConnectionProvider
  readonly #ownProvider: ConnectionProvider
  readonly #watch: FailoverWatch
  readonly #enclosing: AsyncLocalStorage<EnclosingTransaction> | undefined

  constructor(settings: Settings) {
    this.settings = settings
    this.runner = new Runner(settings)
    this.pool = new ConnectionPool(settings, this.runner.parsers)
    this.shared = new SharedConnections(this.pool, settings)
    this.#ownProvider = new PoolProvider(settings, this.runner, this.pool, this.shared)
    this.provider = this.#ownProvider
    this.#watch = new FailoverWatch(settings, this.pool, this.runner.parsers)
    this.#enclosing = settings.debug ? new AsyncLocalStorage<EnclosingTransaction>() : undefined
  }

  async run(query: Query): Promise<Result<unknown>> {
    const site = this.site(this.run)
    this.#refuseInside(query.text, query.options.outsideTransaction ?? false, site)
    if (this.pool.closing) throw pgError('pool_closed')
    if (query.options.signal?.aborted) throw abortError(query.options.signal)
    return this.provider.run(query, site)
  }

  async tx<T>(fn: TxCallback<T>, given: TxOptions): Promise<T> {
    const site = captureCallSite(this.tx) // also in production: an exhausted pool names the users of its connections
    const options = readOptions('tx()', given, TX_OPTIONS)
    this.#refuseInside('tx()', options.outsideTransaction ?? false, site)
    const work = this.#enclosing ? this.#marked(this.#enclosing, site, fn) : fn
    return this.provider.tx(work, options, site)
  }

  async lease(purpose: LeasePurpose, query: Query): Promise<Lease> {
    const site = captureCallSite(this.lease)
    this.#refuseInside(query.text, query.options.outsideTransaction ?? false, site)
    return this.provider.lease(purpose, query, site)
  }

  /** The server's description of a query without running it: the types of its parameters, and its columns. */
  async describe(text: string): Promise<{ params: readonly number[]; fields: readonly Field[] }> {
    const statement = new Statement({ text, values: [], prepare: false, describeOnly: true })
    try {
      this.shared.send(statement)
      await statement.promise
      return { params: statement.plan!.params!, fields: statement.fields }
    } catch (error) {
      throw this.runner.toError(error, { text, values: [], options: {} }, statement.client, undefined)
    }
  }

  /** Whether a test keeps everything in one transaction. */
  get isReplaced(): boolean {
    return this.provider !== this.#ownProvider
  }

  close(timeoutMs: number): Promise<Holder[]> {
    this.#watch.stop()
    return this.pool.close(timeoutMs)
  }

  site(above: (...args: never[]) => unknown): CallSite | undefined {
    return this.settings.debug ? captureCallSite(above) : undefined
  }

  /** Marks the work of `fn`, including what it leaves running, so that it can be distinguished from other work. */
  #marked<T>(enclosing: AsyncLocalStorage<EnclosingTransaction>, site: CallSite, fn: TxCallback<T>): TxCallback<T> {
    return async tx => {
      const mark: EnclosingTransaction = { site, over: false }
      try {
        return await enclosing.run(mark, () => fn(tx))
      } finally {
        mark.over = true
      }
    }
  }

  /** Rejects queries that are made inside tx() on the pool but meant for the transaction. */
  guard(text: string, meant: boolean): void {
    this.#refuseInside(text, meant, this.site(this.guard))
  }

  /** A query on the pool inside tx() waits for a connection while holding one: enough of them deadlock. */
  #refuseInside(text: string, meant: boolean, site: CallSite | undefined): void {
    const enclosing = this.#enclosing?.getStore()
    if (!enclosing || enclosing.over || meant) return
    const places = `\nThe query is made at ${callerOf(site)}, in the transaction opened at ${callerOf(enclosing.site)}.`
    throw pgError('transaction_bypassed', { query: oneLine(text) }, { internal: places })
  }
}

const executors = new WeakMap<object, Executor>()

/** Gives the package's own tools access to the executor of a `Pg`, which is hidden from users. */
export function publishExecutor(db: object, executor: Executor): void {
  executors.set(db, executor)
}

export function executorOf(db: object): Executor {
  return executors.get(db)!
}
