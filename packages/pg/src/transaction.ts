import { setTimeout as sleep } from 'node:timers/promises'
import { captureSite, type Site } from './caller.ts'
import { DatabaseError, oneLine } from './database-error.ts'
import { pgError } from './errors.ts'
import { Exclusive } from './exclusive.ts'
import type { ConnectionPool } from './pool.ts'
import { type Prepared, Queries } from './queries.ts'
import type { Result } from './result.ts'
import type { Runner } from './runner.ts'
import { Statement } from './statement.ts'

export interface TxOptions {
  isolation?: 'read committed' | 'repeatable read' | 'serializable'
  readOnly?: boolean
  /** With `serializable` and `readOnly`: waits for a snapshot that cannot fail. */
  deferrable?: boolean
  /** How often the whole callback is run again after a serialization failure or a deadlock. Default 0. */
  retry?: number
  /** Aborts the transaction: what runs is cancelled and everything rolled back. */
  signal?: AbortSignal | undefined
}

const RETRIED = ['40001', '40P01']

/** The queries of one transaction. Made by `tx()`, and of use only inside its callback. */
export class Transaction extends Queries {
  readonly #runner: Runner
  readonly #exclusive: Exclusive
  readonly #signal: AbortSignal | undefined
  readonly #depth: number
  readonly #pending = new Set<Prepared>()
  #child = false
  #finished = false
  /** The first failure of a query: after it PostgreSQL takes no more until a rollback. */
  #failed: unknown

  constructor(runner: Runner, exclusive: Exclusive, signal: AbortSignal | undefined, depth = 0) {
    super()
    this.#runner = runner
    this.#exclusive = exclusive
    this.#signal = signal
    this.#depth = depth
  }

  /** Runs `fn` in a savepoint: when it throws, only what it did is undone, and the transaction goes on. */
  async tx<T>(fn: (tx: Transaction) => Promise<T> | T): Promise<T> {
    const savepoint = `arlen_${this.#depth + 1}`
    await this.#command(`SAVEPOINT ${savepoint}`)
    this.#child = true
    const inner = new Transaction(this.#runner, this.#exclusive, this.#signal, this.#depth + 1)
    try {
      const value = await inner.perform(fn)
      this.#child = false
      await this.#command(`RELEASE SAVEPOINT ${savepoint}`)
      return value
    } catch (error) {
      this.#child = false
      if (this.#exclusive.lease.client.usable) {
        await this.#command(`ROLLBACK TO SAVEPOINT ${savepoint}`)
        await this.#command(`RELEASE SAVEPOINT ${savepoint}`)
      }
      throw error
    }
  }

  protected async run(query: Prepared): Promise<Result<unknown>> {
    const site = this.#runner.settings.debug ? captureSite(this.run) : undefined
    try {
      this.#check(query.text)
    } catch (error) {
      throw this.#runner.toError(error, query, undefined, site)
    }
    this.#pending.add(query)
    try {
      return (await this.#send(query)).result
    } catch (error) {
      const told = this.#runner.toError(error, query, this.#exclusive.lease.client, site)
      if (error !== told || told instanceof DatabaseError) this.#failed ??= told
      throw told
    } finally {
      this.#pending.delete(query)
    }
  }

  async #send(query: Prepared): Promise<Statement> {
    const limits = { signal: query.options.signal ?? this.#signal, timeoutMs: query.options.timeoutMs }
    const statement = await this.#runner.build(query, describe => this.#exclusive.send(describe, limits))
    try {
      return await this.#exclusive.send(statement, limits)
    } catch (error) {
      this.#runner.isStale(statement) // so that the next attempt at the whole transaction finds it fresh
      throw error
    }
  }

  #check(text: string): void {
    if (this.#finished) throw pgError('transaction_finished', { query: oneLine(text) })
    if (this.#child) throw pgError('transaction_nested', { query: oneLine(text) })
  }

  async #command(text: string): Promise<void> {
    this.#check(text)
    await this.#exclusive.send(command(text))
  }

  /** Runs the callback and makes sure that nothing of it is left running. Throws what makes a commit impossible. */
  async perform<T>(fn: (tx: Transaction) => Promise<T> | T): Promise<T> {
    let value: T
    try {
      value = await fn(this)
    } finally {
      this.#finished = true
    }
    const forgotten = [...this.#pending]
    if (forgotten.length === 0) return value
    const query = oneLine(forgotten[0]!.text)
    throw pgError('transaction_unawaited', { count: forgotten.length, query })
  }

  /** The failure of a query that the callback has caught, if any. */
  get failed(): unknown {
    return this.#failed
  }
}

/** Runs `fn` in a transaction on a connection of its own, again and again as `retry` allows. */
export async function transact<T>(
  runner: Runner,
  pool: ConnectionPool,
  fn: (tx: Transaction) => Promise<T> | T,
  options: TxOptions,
  site: Site | undefined,
  caller: string | undefined,
): Promise<T> {
  const begin = beginText(options)
  for (let attempt = 0; ; attempt++) {
    try {
      return await once(runner, pool, begin, fn, options, site, caller)
    } catch (error) {
      const again = error instanceof DatabaseError && RETRIED.includes(error.sqlstate)
      if (!again || attempt >= (options.retry ?? 0) || options.signal?.aborted) throw error
      await sleep(Math.random() * Math.min(1_000, 5 * 2 ** attempt))
    }
  }
}

async function once<T>(
  runner: Runner,
  pool: ConnectionPool,
  begin: string,
  fn: (tx: Transaction) => Promise<T> | T,
  options: TxOptions,
  site: Site | undefined,
  caller: string | undefined,
): Promise<T> {
  const lease = await pool.lease({ purpose: 'transaction', query: begin, signal: options.signal, caller })
  const exclusive = new Exclusive(pool, lease, runner.settings.statementTimeoutMs)
  const tx = new Transaction(runner, exclusive, options.signal)
  const say = (text: string) => exclusive.send(command(text))
  const explain = (error: unknown, text: string) =>
    runner.toError(error, { text, values: [], options: {} }, lease.client, site)
  let certain = false
  try {
    await say(begin).catch(error => {
      throw explain(error, begin)
    })
    let value: T
    try {
      value = await tx.perform(fn)
    } catch (error) {
      certain = await rollback(exclusive)
      throw error
    }
    const commit = command('COMMIT')
    try {
      await exclusive.send(commit)
    } catch (error) {
      // An answer of the server is an answer: it did not commit. No answer is none.
      const answered = commit.failure?.severity === 'ERROR'
      certain = answered
      throw answered ? explain(error, 'COMMIT') : pgError('commit_unknown', {}, { cause: error })
    }
    certain = true
    if (commit.result.command === 'ROLLBACK') throw pgError('transaction_rolled_back', {}, { cause: tx.failed })
    return value
  } finally {
    exclusive.release(certain)
  }
}

/** True when the connection is certainly out of the transaction. */
async function rollback(exclusive: Exclusive): Promise<boolean> {
  if (!exclusive.lease.client.usable) return false
  try {
    await exclusive.send(command('ROLLBACK'))
    return true
  } catch {
    return false // the connection is destroyed, and the server rolls back what it has lost
  }
}

function command(text: string): Statement {
  return new Statement({ text, values: [], prepare: false })
}

const ISOLATION = ['read committed', 'repeatable read', 'serializable']

function beginText({ isolation, readOnly, deferrable }: TxOptions): string {
  if (isolation !== undefined && !ISOLATION.includes(isolation)) {
    throw pgError('option_invalid', { option: 'isolation', value: isolation, expected: ISOLATION.join(', ') })
  }
  const parts = ['BEGIN']
  if (isolation) parts.push(`ISOLATION LEVEL ${isolation.toUpperCase()}`)
  if (readOnly !== undefined) parts.push(readOnly ? 'READ ONLY' : 'READ WRITE')
  if (deferrable !== undefined) parts.push(deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE')
  return parts.join(' ')
}
