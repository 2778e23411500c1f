import { option, readOptions } from '@arlen/core/options'
import { pgError } from '../errors.ts'
import type { Pg } from '../pg.ts'
import type { ConnectionProvider } from '../pool/connection-provider.ts'
import { executorOf } from '../pool/executor.ts'
import type { Lease, LeasePurpose } from '../pool/lease.ts'
import { LeasedConnection } from '../pool/leased-connection.ts'
import type { Query } from '../query/query.ts'
import { OpenTransaction } from '../transaction/transaction.ts'
import { Statement } from '../wire/statement.ts'

/** A transaction that is never committed. */
export interface Rollback extends AsyncDisposable {
  /** Undoes everything since the start. */
  rollback(): Promise<void>
}

/** The databases whose work goes through a transaction that will be rolled back. */
const pending = new WeakSet<Pg>()

/**
 * From now on, everything done through `db`, by any code that has it, such as an application, happens in one transaction
 * that is finally rolled back. A query becomes a savepoint, because outside of a test it is its own transaction;
 * transactions become savepoints that run one after the other. `now()` stands still, and notifications are not delivered.
 *
 * @throws `rollback_pending` if the previous one has not been rolled back yet
 */
export async function beginRollback(db: Pg): Promise<Rollback> {
  if (pending.has(db)) throw pgError('rollback_pending')
  pending.add(db)
  const executor = executorOf(db)
  const pooled = await executor.pool.acquire({ purpose: 'transaction', query: 'BEGIN' }).catch(error => {
    pending.delete(db)
    throw error
  })
  const connection = new LeasedConnection(executor.pool, pooled, executor.settings.statementTimeoutMs)
  const send = (text: string) => connection.send(new Statement({ text, values: [], prepare: false }))
  await send('BEGIN')
  const usual = executor.provider
  executor.provider = providerThrough(new OpenTransaction(executor.runner, connection, undefined))
  const rollback = async () => {
    if (!pending.delete(db)) return
    executor.provider = usual
    const certain = await send('ROLLBACK').then(
      () => true,
      () => false,
    )
    connection.release(certain)
  }
  return { rollback, [Symbol.asyncDispose]: rollback }
}

function providerThrough(outer: OpenTransaction): ConnectionProvider {
  let last: Promise<unknown> = Promise.resolve()
  /** One after the other: savepoints nest but do not overlap. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
  const lease = (purpose: LeasePurpose, query: Query) => {
    const opened = Promise.withResolvers<Lease>()
    inTurn(() =>
      outer.nest(async inner => {
        const ended = Promise.withResolvers<void>()
        const own = inner.lease(purpose, query)
        const end = async (succeeded: boolean) => {
          await own.end(succeeded)
          ended.resolve()
        }
        opened.resolve({ ...own, end })
        await ended.promise
      }),
    ).catch(opened.reject)
    return opened.promise
  }
  return {
    run: query => inTurn(() => outer.nest(inner => inner.watch(inner.run(query)))),
    tx: fn => inTurn(() => outer.nest(fn)),
    lease,
  }
}

/**
 * Empties every table except the named ones, and restarts sequences: for tests that need real commits.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`
 */
export async function truncateAll(db: Pg, options: { except?: readonly string[] } = {}): Promise<void> {
  const { except: kept = [] } = readOptions('truncateAll()', options, { except: option.listOf(option.string) })
  const except = ['arlen_migrations', ...kept]
  const tables = await db.many<{ schema: string; name: string }>(
    `select schemaname as schema, tablename as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') and tablename <> all ($1)`,
    [except],
  )
  if (tables.length === 0) return
  const names = tables.map(({ schema, name }) => db.sql.id(schema, name))
  await db.execute(db.sql`truncate ${db.sql.join(names)} restart identity cascade`)
}
