import { Transaction, type TxCallback } from '../database.ts'
import { pgError } from '../errors.ts'
import type { Lease, LeasePurpose } from '../pool/lease.ts'
import type { LeasedConnection, Limits } from '../pool/leased-connection.ts'
import type { Runner } from '../pool/runner.ts'
import { captureCallSite } from '../query/call-site.ts'
import type { Query } from '../query/query.ts'
import type { Result } from '../query/result.ts'
import { oneLine } from '../sql/one-line.ts'
import { Statement } from '../wire/statement.ts'

/** A transaction on a leased connection, or a savepoint in one. */
export class OpenTransaction extends Transaction {
  readonly #runner: Runner
  readonly #connection: LeasedConnection
  readonly #signal: AbortSignal | undefined
  readonly #outer: OpenTransaction | undefined
  /** Promises that have not settled. */
  readonly #pending = new Set<Promise<unknown>>()
  #lastText = ''
  #nested = false
  #ended = false
  #failed: unknown

  constructor(runner: Runner, connection: LeasedConnection, signal: AbortSignal | undefined, outer?: OpenTransaction) {
    super()
    this.#runner = runner
    this.#connection = connection
    this.#signal = signal
    this.#outer = outer
  }

  /** The first failed query: PostgreSQL accepts no more after it until a rollback. */
  get failed(): unknown {
    return this.#failed
  }

  get read(): OpenTransaction {
    return this
  }

  tx<T>(fn: TxCallback<T>): Promise<T> {
    return this.nest(fn)
  }

  /** Like `tx`, but gives `fn` the whole transaction. */
  nest<T>(fn: (tx: OpenTransaction) => Promise<T> | T): Promise<T> {
    return this.watch(this.#nest(fn))
  }

  async #nest<T>(fn: (tx: OpenTransaction) => Promise<T> | T): Promise<T> {
    this.#check('tx()')
    this.#nested = true
    const name = `arlen_${this.#depth}`
    const inner = new OpenTransaction(this.#runner, this.#connection, this.#signal, this)
    let open = false
    try {
      await this.#command(`SAVEPOINT ${name}`)
      open = true
      const value = await inner.perform(fn)
      // Even if the callback has caught the failure, there is nothing to release: the savepoint is rolled back.
      if (inner.failed !== undefined) throw pgError('transaction_rolled_back', {}, { cause: inner.failed })
      await this.#command(`RELEASE SAVEPOINT ${name}`)
      return value
    } catch (error) {
      if (open) await this.#undo(name)
      throw error
    } finally {
      this.#nested = false
    }
  }

  /** If this fails too, the connection is dropped or COMMIT becomes a rollback; the program gets the first error. */
  async #undo(name: string): Promise<void> {
    if (this.#finished || !this.#connection.client.usable) return
    try {
      await this.#command(`ROLLBACK TO SAVEPOINT ${name}`)
      await this.#command(`RELEASE SAVEPOINT ${name}`)
    } catch (error) {
      this.#failed ??= error
    }
  }

  /** Counts pending promises, and handles the rejection of a query that is not awaited: tx() rejects instead. */
  override watch<T>(promise: Promise<T>): Promise<T> {
    const forget = () => {
      this.#pending.delete(promise)
    }
    this.#pending.add(promise)
    promise.then(forget, forget)
    return promise
  }

  async run(query: Query): Promise<Result<unknown>> {
    const site = captureCallSite(this.run) // with several reactions, a promise hides its callers from the stack of an error
    this.#check(query.text)
    let statement: Statement | undefined
    try {
      const limits = this.#limits(query)
      statement =
        this.#runner.buildNow(query) ??
        (await this.#runner.build(query, describe => this.#connection.send(describe, limits)))
      this.#check(query.text) // once more, because fetching the types takes a while
      await this.#connection.send(statement, limits)
      if (statement.plan?.late) {
        await this.#runner.decodeLate(statement, describe => this.#connection.send(describe, limits))
      }
      this.#runner.observe(query, statement, undefined, site)
      return statement.result
    } catch (error) {
      // So that the next attempt at the whole transaction starts fresh.
      const reason = statement && this.#runner.retryReason(statement)
      if (statement && reason) this.#runner.forget(statement, reason)
      const told = this.#runner.fail(error, query, statement, site)
      if (statement?.failure) this.#failed ??= told
      throw told
    }
  }

  lease(_purpose: LeasePurpose, query: Query): Lease {
    const site = captureCallSite(this.lease)
    this.#check(query.text)
    const end = async (succeeded: boolean) => {
      if (!succeeded) this.#failed ??= pgError('query_aborted')
    }
    return { runner: this.#runner, connection: this.#connection, limits: this.#limits(query), site, end }
  }

  #limits({ options }: Query): Limits {
    return { signal: options.signal ?? this.#signal, timeoutMs: options.timeoutMs }
  }

  get #depth(): number {
    return this.#outer ? this.#outer.#depth + 1 : 1
  }

  /** An outer transaction that has ended also ends the inner ones, which may not know yet. */
  get #finished(): boolean {
    return this.#outer ? this.#ended || this.#outer.#finished : this.#ended
  }

  #check(text: string): void {
    if (this.#finished) throw pgError('transaction_finished', { query: oneLine(text) })
    if (this.#nested) throw pgError('transaction_nested', { query: oneLine(text) })
    this.#lastText = text
  }

  async #command(text: string): Promise<void> {
    if (this.#finished) throw pgError('transaction_finished', { query: text })
    try {
      await this.#connection.send(new Statement({ text, values: [], prepare: false }))
    } catch (error) {
      const query = { text, values: [], options: {} }
      throw this.#runner.toError(error, query, this.#connection.client, undefined)
    }
  }

  /** Runs the callback and makes sure that none of its work keeps running. Throws if the transaction cannot be committed. */
  async perform<T>(fn: (tx: OpenTransaction) => Promise<T> | T): Promise<T> {
    let value: T
    try {
      value = await fn(this)
    } finally {
      this.#ended = true
    }
    const forgotten = this.#pending.size
    if (forgotten > 0) throw pgError('transaction_unawaited', { count: forgotten, query: oneLine(this.#lastText) })
    if (this.#signal?.aborted) throw pgError('query_aborted', {}, { cause: this.#signal.reason })
    return value
  }
}
