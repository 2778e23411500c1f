import { pgError } from '../errors.ts'
import type { Detour } from '../executor.ts'
import { internals } from '../internals.ts'
import type { Pg } from '../pg.ts'
import { Exclusive } from '../pool/exclusive.ts'
import type { Prepared, Session } from '../queries.ts'
import { Transaction } from '../transaction.ts'
import { Statement } from '../wire/statement.ts'

export interface Rollback extends AsyncDisposable {
  /** Takes everything back that was done since. */
  rollback(): Promise<void>
}

/**
 * From now on everything that `db` does, and whoever else holds it, such as an application, happens in one transaction
 * that is taken back in the end. A query is then a savepoint of its own, as outside of a test it is a transaction of its
 * own; transactions are savepoints, one after the other. `now()` stands still, and notifications are not delivered.
 */
export async function beginRollback(db: Pg): Promise<Rollback> {
  const executor = internals.executorOf(db)
  if (executor.detour) throw pgError('rollback_pending')
  const lease = await executor.pool.lease({ purpose: 'transaction', query: 'BEGIN' })
  const exclusive = new Exclusive(executor.pool, lease, executor.settings.statementTimeoutMs)
  const say = (text: string) => exclusive.send(new Statement({ text, values: [], prepare: false }))
  await say('BEGIN')
  executor.detour = detourThrough(new Transaction(executor.runner, exclusive, undefined))
  const rollback = async () => {
    if (!executor.detour) return
    executor.detour = undefined
    const certain = await say('ROLLBACK').then(
      () => true,
      () => false,
    )
    exclusive.release(certain)
  }
  return { rollback, [Symbol.asyncDispose]: rollback }
}

function detourThrough(outer: Transaction): Detour {
  let last: Promise<unknown> = Promise.resolve()
  /** One after the other: savepoints nest, and do not overlap. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
  const session = (query: Prepared) => {
    const opened = Promise.withResolvers<Session>()
    inTurn(() =>
      outer.tx(async inner => {
        const ended = Promise.withResolvers<void>()
        const own = internals.sessionOf(inner, query)
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
    run: query => inTurn(() => outer.tx(inner => internals.runIn(inner, query))),
    tx: fn => inTurn(() => outer.tx(fn)),
    session,
  }
}

/** Empties every table but those named: for tests that need real commits. Sequences begin again. */
export async function truncateAll(db: Pg, options: { except?: readonly string[] } = {}): Promise<void> {
  const except = ['arlen_migrations', ...(options.except ?? [])]
  const tables = await db.many<{ schema: string; name: string }>(
    `select schemaname as schema, tablename as name from pg_tables
     where schemaname not in ('pg_catalog', 'information_schema') and tablename <> all ($1)`,
    [except],
  )
  if (tables.length === 0) return
  const names = tables.map(({ schema, name }) => db.sql.id(schema, name))
  await db.execute(db.sql`truncate ${db.sql.join(names)} restart identity cascade`)
}
