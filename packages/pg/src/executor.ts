import { AsyncLocalStorage } from 'node:async_hooks'
import { callerOf, captureSite, type Site } from './caller.ts'
import { oneLine } from './database-error.ts'
import { pgError } from './errors.ts'
import type { Settings } from './options.ts'
import { onAbort } from './pool/abort-group.ts'
import { abortError, Exclusive, startLimit, timeoutError } from './pool/exclusive.ts'
import { Lanes } from './pool/lanes.ts'
import { ConnectionPool } from './pool/pool.ts'
import { Runner } from './pool/runner.ts'
import type { Prepared, Session } from './queries.ts'
import type { Field, Result } from './result.ts'
import { type TxCallback, type TxOptions, transact } from './transact.ts'
import type { Transaction } from './transaction.ts'
import { Statement } from './wire/statement.ts'

/** A statement may find its plan stale, or be hit by a cancellation meant for another, more than once under load. */
const ATTEMPTS = 4

/** The transaction in whose callback a piece of code runs. */
interface OpenTransaction {
  site: Site
  over: boolean
}

type Send = (statement: Statement) => Promise<Statement>

/** Takes the place of pool and lanes: how a test keeps everything an application does within one transaction. */
export interface Detour {
  run(query: Prepared): Promise<Result<unknown>>
  tx<T>(fn: TxCallback<T>): Promise<T>
  session(query: Prepared): Promise<Session>
}

/** Runs queries and transactions for a pool and all its scopes. */
export class Executor {
  detour: Detour | undefined
  readonly settings: Settings
  readonly pool: ConnectionPool
  readonly lanes: Lanes
  readonly runner: Runner
  readonly #open: AsyncLocalStorage<OpenTransaction> | undefined

  constructor(settings: Settings) {
    this.settings = settings
    this.runner = new Runner(settings)
    this.pool = new ConnectionPool(settings, this.runner.parsers)
    this.lanes = new Lanes(this.pool, settings)
    this.#open = settings.debug ? new AsyncLocalStorage<OpenTransaction>() : undefined
  }

  async run(query: Prepared): Promise<Result<unknown>> {
    const site = this.site(this.run)
    this.#refuseInside(query.text, query.options.outsideTransaction ?? false, site)
    if (this.pool.closing) throw pgError('pool_closed')
    if (query.options.signal?.aborted) throw abortError(query.options.signal)
    if (this.detour) return this.detour.run(query)
    return this.settings.lanes === 0 || query.options.isolated
      ? this.#runAlone(query, site)
      : this.#runShared(query, site)
  }

  async tx<T>(fn: (tx: Transaction) => Promise<T> | T, options: TxOptions): Promise<T> {
    const site = captureSite(this.tx) // in production too: who holds a connection must be known
    this.#refuseInside('tx()', options.outsideTransaction ?? false, site)
    const work = this.#open ? this.#marked(this.#open, site, fn) : fn
    if (this.detour) return this.detour.tx(work)
    return transact({ runner: this.runner, pool: this.pool, fn: work, options, site })
  }

  /** What `fn` does can then be told from what is done elsewhere; what it leaves behind to be done later, too. */
  #marked<T>(open: AsyncLocalStorage<OpenTransaction>, site: Site, fn: TxCallback<T>): TxCallback<T> {
    return async tx => {
      const mark: OpenTransaction = { site, over: false }
      try {
        return await open.run(mark, () => fn(tx))
      } finally {
        mark.over = true
      }
    }
  }

  /** What the server says of a query without running it: types of parameters, and columns. */
  async describe(text: string): Promise<{ params: readonly number[]; fields: readonly Field[] }> {
    const statement = new Statement({ text, values: [], prepare: false, describeOnly: true })
    try {
      this.lanes.send(statement)
      await statement.promise
      return { params: statement.plan!.params!, fields: statement.fields }
    } catch (error) {
      throw this.runner.toError(error, { text, values: [], options: {} }, statement.client, undefined)
    }
  }

  #runShared(query: Prepared, site: Site | undefined): Promise<Result<unknown>> {
    const { signal, timeoutMs = 0 } = query.options
    const bounded = signal !== undefined || timeoutMs > 0
    return this.#attempt(query, site, statement => {
      this.lanes.send(statement)
      return bounded ? this.#bound(statement, signal, timeoutMs) : statement.promise
    })
  }

  /** Answers the caller when the signal or the time says so; the statement is left to the lane. */
  #bound(statement: Statement, signal: AbortSignal | undefined, timeoutMs: number): Promise<Statement> {
    return new Promise((resolve, reject) => {
      const stop = (reason: Error) => {
        this.lanes.abandon(statement)
        reject(reason)
      }
      const timer = startLimit(timeoutMs, () => stop(timeoutError(statement, timeoutMs)))
      const forget = signal && onAbort(signal, () => stop(abortError(signal)))
      const settle = () => {
        clearTimeout(timer)
        forget?.()
      }
      statement.promise.finally(settle).then(resolve, reject)
    })
  }

  async #runAlone(query: Prepared, site: Site | undefined): Promise<Result<unknown>> {
    const { signal, timeoutMs } = query.options
    const lease = await this.pool.lease({ purpose: 'query', query: query.text, signal, site })
    const exclusive = new Exclusive(this.pool, lease, this.settings.statementTimeoutMs)
    try {
      return await this.#attempt(query, site, statement => exclusive.send(statement, { signal, timeoutMs }))
    } finally {
      exclusive.release(true)
    }
  }

  /** Runs a query; again, and without anything prepared, where it failed for what had been prepared. */
  async #attempt(query: Prepared, site: Site | undefined, send: Send): Promise<Result<unknown>> {
    let statement: Statement | undefined
    let suspect: Statement | undefined
    let done: Statement | undefined
    const sendNext = (next: Statement): Promise<Statement> => {
      statement = next
      return send(next)
    }
    for (let attempt = 1; !done; attempt++) {
      try {
        const now = attempt === 1 ? query : unprepared(query)
        const built = this.runner.buildNow(now) ?? (await this.runner.build(now, sendNext))
        done = await sendNext(built)
      } catch (error) {
        if (statement && attempt < ATTEMPTS) {
          if (this.runner.isStale(statement) || wasHitByMistake(statement)) continue
          suspect = this.runner.isSuspect(statement) ? statement : undefined
          if (suspect) continue
        }
        throw this.runner.fail(error, query, statement, site)
      }
    }
    if (suspect) this.runner.forget(suspect)
    // Past all attempts: what is done is not done again.
    if (done.plan?.late) await this.#decodeLate(done, query, site, send)
    this.runner.observe(query, done, undefined, site)
    return done.result
  }

  async #decodeLate(done: Statement, query: Prepared, site: Site | undefined, send: Send): Promise<void> {
    try {
      await this.runner.decodeLate(done, send)
    } catch (error) {
      throw this.runner.fail(error, query, done, site)
    }
  }

  /** A connection for several steps, in a transaction: the portal of a stream needs one, and so do settings for it alone. */
  async session(purpose: 'stream' | 'copy', query: Prepared): Promise<Session> {
    const site = captureSite(this.session)
    this.#refuseInside(query.text, query.options.outsideTransaction ?? false, site)
    if (this.detour) return this.detour.session(query)
    const { signal, timeoutMs } = query.options
    const lease = await this.pool.lease({ purpose, query: query.text, signal, site })
    const exclusive = new Exclusive(this.pool, lease, this.settings.statementTimeoutMs)
    const say = (text: string) => exclusive.send(new Statement({ text, values: [], prepare: false }))
    const end = async (succeeded: boolean) => {
      const certain = await say(succeeded ? 'COMMIT' : 'ROLLBACK').then(
        () => true,
        () => false,
      )
      exclusive.release(certain)
    }
    try {
      await say('BEGIN')
      // A stream lasts as long as its reader takes, and a COPY as long as its data: neither is a query that hangs.
      await say(`SET LOCAL ${purpose === 'copy' ? 'statement_timeout' : 'idle_in_transaction_session_timeout'} = 0`)
    } catch (error) {
      exclusive.release(false)
      throw this.runner.toError(error, query, lease.client, site)
    }
    return { runner: this.runner, exclusive, limits: { signal, timeoutMs }, site, end }
  }

  site(above: (...args: never[]) => unknown): Site | undefined {
    return this.settings.debug ? captureSite(above) : undefined
  }

  /** A query on the pool inside tx() waits for a connection while holding one: with enough of them, all wait for ever. */
  #refuseInside(text: string, meant: boolean, site: Site | undefined): void {
    const opened = this.#open?.getStore()
    if (!opened || opened.over || meant) return
    const places = `\nThe query is made at ${callerOf(site)}, in the transaction opened at ${callerOf(opened.site)}.`
    throw pgError('transaction_bypassed', { query: oneLine(text) }, { internal: places })
  }
}

/** So that a second attempt depends on nothing that the first one, or one still on its way, has left behind. */
function unprepared(query: Prepared): Prepared {
  return { ...query, options: { ...query.options, prepare: false } }
}

/** Cancelled while nobody wanted it cancelled: the request was for the query before it. Nothing of it was done. */
function wasHitByMistake({ failure, abandoned, client, sentAt }: Statement): boolean {
  return failure?.code === '57014' && !abandoned && (client?.cancelledUntil ?? 0) >= sentAt
}
