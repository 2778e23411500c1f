import { setTimeout as sleep } from 'node:timers/promises'
import type { TxCallback, TxOptions } from '../database.ts'
import { pgError } from '../errors.ts'
import { LeasedConnection } from '../pool/leased-connection.ts'
import type { ConnectionPool } from '../pool/pool.ts'
import type { Runner } from '../pool/runner.ts'
import type { CallSite } from '../query/call-site.ts'
import { DatabaseError } from '../server-errors/database-error.ts'
import { Statement } from '../wire/statement.ts'
import { OpenTransaction } from './transaction.ts'

/** Only after these can the whole transaction succeed on a retry; retrying the one query would not help. */
const RETRIED = ['40001', '40P01']

interface Attempt<T> {
  runner: Runner
  pool: ConnectionPool
  fn: TxCallback<T>
  options: TxOptions
  site: CallSite | undefined
}

/** Runs `fn` in a transaction on a leased connection, and retries up to `retry` times. */
export async function transact<T>(attempt: Attempt<T>): Promise<T> {
  const { retry = 0, signal } = attempt.options
  const begin = beginText(attempt.options)
  for (let n = 0; ; n++) {
    try {
      return await once(attempt, begin)
    } catch (error) {
      const again = error instanceof DatabaseError && RETRIED.includes(error.sqlstate)
      if (!again || n >= retry || signal?.aborted) throw error
      await sleep(Math.random() * Math.min(1_000, 5 * 2 ** n))
    }
  }
}

async function once<T>({ runner, pool, fn, options, site }: Attempt<T>, begin: string): Promise<T> {
  const pooled = await pool.acquire({ purpose: 'transaction', query: begin, signal: options.signal, site })
  const connection = new LeasedConnection(pool, pooled, runner.settings.statementTimeoutMs)
  const tx = new OpenTransaction(runner, connection, options.signal)
  /** Whether the connection is known to be outside of any transaction. */
  let certain = false
  const say = async (text: string): Promise<Statement> => {
    const statement = new Statement({ text, values: [], prepare: false })
    try {
      return await connection.send(statement)
    } catch (error) {
      certain = statement.answered
      throw runner.toError(error, { text, values: [], options: {} }, connection.client, site)
    }
  }
  try {
    await say(begin)
    const value = await tx.perform(fn).catch(async error => {
      await say('ROLLBACK').then(
        () => {
          certain = true
        },
        () => undefined, // the connection is destroyed, and the server rolls back
      )
      throw error
    })
    const commit = await say('COMMIT').catch(error => {
      // The server's answer proves that it did not commit. No answer proves nothing.
      throw certain ? error : pgError('commit_unknown', {}, { cause: error })
    })
    certain = true
    if (commit.result.command === 'ROLLBACK') throw pgError('transaction_rolled_back', {}, { cause: tx.failed })
    return value
  } finally {
    connection.release(certain)
  }
}

/** The options were checked when tx() was called, so only words of the table get here. */
function beginText({ isolation, readOnly, deferrable }: TxOptions): string {
  const parts = ['BEGIN']
  if (isolation) parts.push(`ISOLATION LEVEL ${isolation.toUpperCase()}`)
  if (readOnly !== undefined) parts.push(readOnly ? 'READ ONLY' : 'READ WRITE')
  if (deferrable !== undefined) parts.push(deferrable ? 'DEFERRABLE' : 'NOT DEFERRABLE')
  return parts.join(' ')
}
