import { callerOf } from './call-site.ts'
import { Database, type TxCallback, type TxOptions } from './database.ts'
import { repeatedQueryChannel } from './events.ts'
import type { Executor } from './executor.ts'
import type { Lease, LeasePurpose } from './pool/lease.ts'
import type { Query } from './query.ts'
import type { Result } from './result.ts'

/** The same query so often in one request is reported, once. */
const REPEATED_AT = 10

export interface ScopeOptions {
  /** Ends with the request: what runs then is cancelled. */
  signal?: AbortSignal | undefined
}

/** A database as one request sees it: queries end with the request, and are counted. */
export class Scope extends Database {
  readonly #executor: Executor
  readonly #signal: AbortSignal | undefined
  readonly #counts: Map<string, number> | undefined
  #queries = 0

  constructor(executor: Executor, { signal }: ScopeOptions) {
    super()
    this.#executor = executor
    this.#signal = signal
    this.#counts = executor.settings.debug ? new Map() : undefined
  }

  /** Queries made so far. */
  get queries(): number {
    return this.#queries
  }

  tx<T>(fn: TxCallback<T>, options: TxOptions = {}): Promise<T> {
    return this.#executor.tx(fn, { signal: this.#signal, ...options })
  }

  protected run(query: Query): Promise<Result<unknown>> {
    this.#enter(query)
    return this.#executor.run(query)
  }

  protected lease(purpose: LeasePurpose, query: Query): Promise<Lease> {
    this.#enter(query)
    return this.#executor.lease(purpose, query)
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
