import { invalidOption, type OptionTable, option, readOptions } from '@arlen/core/options'
import { Database, type TxCallback, type TxOptions } from './database.ts'
import type { Executor } from './pool/executor.ts'
import type { Lease, LeasePurpose } from './pool/lease.ts'
import { callerOf } from './query/call-site.ts'
import type { Query, Row } from './query/query.ts'
import { repeatedQueryChannel } from './query/query-events.ts'
import type { Result } from './query/result.ts'
import type { Entrance } from './read/entrance.ts'
import { ReadEntrance } from './read/read-entrance.ts'
import { WritePosition } from './read/write-position.ts'
import { isDatabaseError } from './server-errors/database-error.ts'
import { Statement } from './wire/statement.ts'

/** A query repeated this often in one request is reported, once. */
const REPEATED_AT = 10

/** Options of a scope. */
export interface ScopeOptions {
  /**
   * PostgreSQL settings for the queries of this scope only: `{ 'app.user': user.id }`, which a row security policy reads
   * with `current_setting('app.user')`. Each query then runs in a transaction.
   */
  settings?: Readonly<Record<string, string | number | bigint | boolean>> | undefined
  /** Aborts when the request ends: queries in progress are canceled. */
  signal?: AbortSignal | undefined
  /** `read` returns data at least this new: the `position()` of an earlier request that wrote. */
  after?: string | undefined
}

/** The writing pool and the reading pool. */
export interface Pools {
  primary: Executor
  standby: Executor | undefined
}

const OPTIONS: OptionTable<ScopeOptions> = { settings: option.object, signal: option.object, after: option.text }

/** A database for one request: its queries end with the request and are counted. */
export class Scope extends Database {
  readonly #executor: Entrance
  readonly #pools: Pools
  readonly #options: ScopeOptions
  readonly #position: WritePosition
  #read: Scope | undefined
  readonly #signal: AbortSignal | undefined
  readonly #settings: SessionSettings | undefined
  readonly #counts: Map<string, number> | undefined
  #queries = 0

  constructor(pools: Pools, options: ScopeOptions, reading?: WritePosition) {
    super()
    const { signal, settings, after } = readOptions('scope()', options, OPTIONS)
    this.#pools = pools
    this.#options = options
    this.#position = reading ?? new WritePosition(pools.primary, after)
    this.#executor = reading ? new ReadEntrance(pools.primary, pools.standby, reading) : pools.primary
    if (reading) this.#read = this
    this.#signal = signal
    this.#settings = settings && readSettings(settings)
    this.#counts = pools.primary.settings.debug ? new Map() : undefined
  }

  /** Number of queries so far. */
  get queries(): number {
    return this.#queries
  }

  /**
   * The same scope on a standby that has everything this scope has written. If the standby lags, the scope waits for it or
   * asks the primary.
   */
  get read(): Scope {
    this.#read ??= new Scope(this.#pools, this.#options, this.#position)
    return this.#read
  }

  /**
   * The position in PostgreSQL's write-ahead log up to which this scope has written, for `after` of a later scope of the
   * same user. Undefined if it has written nothing.
   */
  position(): Promise<string | undefined> {
    return this.#position.current()
  }

  tx<T>(fn: TxCallback<T>, options: TxOptions = {}): Promise<T> {
    return this.#writing(() => this.#tx(fn, options), options.readOnly)
  }

  /** The current work may write, unless it is known to only read: reads after it must wait for it. */
  async #writing<T>(work: () => Promise<T>, readOnly = false): Promise<T> {
    if (readOnly || this.#read === this) return work()
    this.#position.mark()
    try {
      return await work()
    } finally {
      this.#position.mark()
    }
  }

  #tx<T>(fn: TxCallback<T>, options: TxOptions): Promise<T> {
    const settings = this.#settings
    const work: TxCallback<T> = settings
      ? async tx => {
          await tx.query(settings.text, settings.values)
          return fn(tx)
        }
      : fn
    return this.#executor.tx(work, { ...options, signal: options.signal ?? this.#signal })
  }

  protected run(query: Query): Promise<Result<unknown>> {
    this.#enter(query)
    return this.#writing(() => (this.#settings ? this.#runWithSettings(query, 1) : this.#executor.run(query)))
  }

  protected async lease(purpose: LeasePurpose, query: Query): Promise<Lease> {
    this.#enter(query)
    const lease = await this.#writing(() => this.#executor.lease(purpose, query))
    if (this.#settings) await applyTo(lease, this.#settings)
    return lease
  }

  async #runWithSettings(query: Query, attempt: number): Promise<Result<unknown>> {
    const { row: _, outsideTransaction = false, ...options } = query.options
    try {
      return await this.#tx(tx => tx.query<Row>(query.text as never, query.values, options), { outsideTransaction })
    } catch (error) {
      // The prepared statement is forgotten by now, and the transaction has done nothing.
      if (attempt > 1 || !isDatabaseError(error, 'cached_plan_changed')) throw error
      return this.#runWithSettings(query, attempt + 1)
    }
  }

  #enter(query: Query): void {
    this.#queries++
    if (this.#counts) this.#count(query.text, this.#counts)
    if (this.#signal && !query.options.signal) query.options = { ...query.options, signal: this.#signal }
  }

  #count(text: string, counts: Map<string, number>): void {
    const count = (counts.get(text) ?? 0) + 1
    counts.set(text, count)
    if (count !== REPEATED_AT || !repeatedQueryChannel.hasSubscribers) return
    repeatedQueryChannel.publish({ text, count, caller: callerOf(this.#executor.site(this.run)) })
  }
}

/** The query that applies the settings until the end of the transaction. */
interface SessionSettings {
  text: string
  values: string[]
}

function readSettings(settings: NonNullable<ScopeOptions['settings']>): SessionSettings | undefined {
  const entries = Object.entries(settings)
  for (const [name, value] of entries) {
    if (!/^[a-z_][\w$]*(?:\.[a-z_][\w$]*)*$/i.test(name)) {
      throw invalidOption('scope()', 'settings', `has the name ${name}: it must be one such as app.user`)
    }
    if (!['string', 'number', 'bigint', 'boolean'].includes(typeof value)) {
      throw invalidOption('scope()', `settings['${name}']`, `must be a string, number or boolean, not ${value}`)
    }
  }
  if (entries.length === 0) return undefined
  const calls = entries.map((_entry, i) => `set_config($${2 * i + 1}, $${2 * i + 2}, true)`)
  return {
    text: `select ${calls.join(', ')}`,
    values: entries.flatMap(([name, value]) => [name, String(value)]),
  }
}

async function applyTo(lease: Lease, { text, values }: SessionSettings): Promise<void> {
  try {
    await lease.connection.send(new Statement({ text, values, prepare: false }))
  } catch (error) {
    await lease.end(false)
    throw lease.runner.toError(error, { text, values, options: {} }, lease.connection.client, lease.site)
  }
}
