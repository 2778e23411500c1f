import type { Settings } from '../connection/options.ts'
import type { TxCallback, TxOptions } from '../database.ts'
import type { CallSite } from '../query/call-site.ts'
import type { Query } from '../query/query.ts'
import type { Result } from '../query/result.ts'
import { isDatabaseError } from '../server-errors/database-error.ts'
import { transact } from '../transaction/transact.ts'
import type { RetryReason } from '../wire/plan-failure.ts'
import { Statement } from '../wire/statement.ts'
import { onAbort } from './abort-group.ts'
import type { ConnectionProvider } from './connection-provider.ts'
import type { Lease, LeasePurpose } from './lease.ts'
import { abortError, LeasedConnection, startLimit } from './leased-connection.ts'
import type { ConnectionPool } from './pool.ts'
import type { Runner } from './runner.ts'
import type { SharedConnections } from './shared-connections.ts'

/** Under load, a statement may find its plan stale, or be hit by the cancel request for another, more than once. */
const ATTEMPTS = 4

type Send = (statement: Statement) => Promise<Statement>

/** Plain queries share connections; everything else leases one. */
export class PoolProvider implements ConnectionProvider {
  readonly #settings: Settings
  readonly #runner: Runner
  readonly #pool: ConnectionPool
  readonly #shared: SharedConnections

  constructor(settings: Settings, runner: Runner, pool: ConnectionPool, shared: SharedConnections) {
    this.#settings = settings
    this.#runner = runner
    this.#pool = pool
    this.#shared = shared
  }

  run(query: Query, site: CallSite | undefined): Promise<Result<unknown>> {
    return this.#settings.sharedConnections === 0 || query.options.isolated || this.#runner.leaksSession(query)
      ? this.#runLeased(query, site)
      : this.#runShared(query, site)
  }

  tx<T>(fn: TxCallback<T>, options: TxOptions, site: CallSite): Promise<T> {
    return transact({ runner: this.#runner, pool: this.#pool, fn, options, site })
  }

  /** In a transaction: the portal of a stream needs one, and so do settings for this connection alone. */
  async lease(purpose: LeasePurpose, query: Query, site: CallSite): Promise<Lease> {
    const runner = this.#runner
    const { signal, timeoutMs } = query.options
    const pooled = await this.#pool.acquire({ purpose, query: query.text, signal, site })
    const connection = new LeasedConnection(this.#pool, pooled, this.#settings.statementTimeoutMs)
    const send = (text: string) => connection.send(new Statement({ text, values: [], prepare: false }))
    const end = async (succeeded: boolean) => {
      const certain = await send(succeeded ? 'COMMIT' : 'ROLLBACK').then(
        () => true,
        () => false,
      )
      connection.release(certain)
    }
    try {
      await send('BEGIN')
      // A stream takes as long as its reader, and a COPY as long as its data: neither is a hanging query.
      await send(`SET LOCAL ${purpose === 'copy' ? 'statement_timeout' : 'idle_in_transaction_session_timeout'} = 0`)
    } catch (error) {
      connection.release(false)
      throw runner.toError(error, query, connection.client, site)
    }
    return { runner, connection, limits: { signal, timeoutMs }, site, end }
  }

  #runShared(query: Query, site: CallSite | undefined): Promise<Result<unknown>> {
    const { signal, timeoutMs = 0 } = query.options
    const bounded = signal !== undefined || timeoutMs > 0
    return this.#attempt(query, site, statement => {
      this.#shared.send(statement)
      return bounded ? this.#bound(statement, signal, timeoutMs) : statement.promise
    })
  }

  /** Answers the caller on abort or time-out; the statement is left to the connection. */
  #bound(statement: Statement, signal: AbortSignal | undefined, timeoutMs: number): Promise<Statement> {
    return new Promise((resolve, reject) => {
      const stop = (reason: Error) => {
        this.#shared.abandon(statement)
        reject(reason)
      }
      const timer = startLimit(statement, timeoutMs, stop)
      const forget = signal && onAbort(signal, () => stop(abortError(signal)))
      const settle = () => {
        clearTimeout(timer)
        forget?.()
      }
      statement.promise.finally(settle).then(resolve, reject)
    })
  }

  async #runLeased(query: Query, site: CallSite | undefined, isFirst = true): Promise<Result<unknown>> {
    const { signal, timeoutMs } = query.options
    this.#runner.refuseOutsideTransaction(query)
    const pooled = await this.#pool.acquire({ purpose: 'query', query: query.text, signal, site })
    const connection = new LeasedConnection(this.#pool, pooled, this.#settings.statementTimeoutMs)
    try {
      return await this.#attempt(query, site, statement => connection.send(statement, { signal, timeoutMs }))
    } catch (error) {
      const outdated = isFirst && connection.client.stale && isDatabaseError(error, 'cached_plan_changed')
      if (!outdated) throw error
    } finally {
      connection.release(true)
    }
    return this.#runLeased(query, site, false)
  }

  /** Runs a query, and runs it again without anything prepared if a stale preparation made it fail. */
  async #attempt(query: Query, site: CallSite | undefined, send: Send): Promise<Result<unknown>> {
    const runner = this.#runner
    let statement: Statement | undefined
    let suspect: { statement: Statement; reason: RetryReason } | undefined
    let done: Statement | undefined
    const sendNext = (next: Statement): Promise<Statement> => {
      statement = next
      return send(next)
    }
    for (let attempt = 1; !done; attempt++) {
      try {
        const now = attempt === 1 ? query : withoutPlan(query)
        const built = runner.buildNow(now) ?? (await runner.build(now, sendNext))
        done = await sendNext(built)
      } catch (error) {
        const reason = statement && attempt < ATTEMPTS ? runner.retryReason(statement) : undefined
        if (!statement || !reason) throw runner.fail(error, query, statement, site)
        // Only the next attempt tells whether the plan or the query is at fault.
        if (reason === 'plan_outdated') suspect = { statement, reason }
        else runner.forget(statement, reason)
      }
    }
    if (suspect) runner.forget(suspect.statement, suspect.reason)
    // After all attempts, so that finished work is not repeated.
    if (done.plan?.late) await this.#decodeLate(done, query, site, send)
    runner.observe(query, done, undefined, site)
    return done.result
  }

  async #decodeLate(done: Statement, query: Query, site: CallSite | undefined, send: Send): Promise<void> {
    try {
      await this.#runner.decodeLate(done, send)
    } catch (error) {
      throw this.#runner.fail(error, query, done, site)
    }
  }
}

/** So that a second attempt depends on nothing that the first one, or one still in progress, has left behind. */
function withoutPlan(query: Query): Query {
  return { ...query, options: { ...query.options, prepare: false } }
}
