import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { DatabaseError, type ServerMessage } from '../database-error.ts'
import { pgError } from '../errors.ts'
import type { Migration } from './files.ts'
import type { Ledger } from './ledger.ts'
import { Observer } from './observer.ts'
import type { MigrateOptions, Step } from './options.ts'

export function stepOf(migration: Migration, direction: Step['direction']): Step {
  const { version, name, file, transactional } = migration
  return { direction, version, name, file, transactional }
}

/** Applies one migration, or undoes it, and records that in the same transaction. */
export async function applyStep(
  client: pg.Client,
  ledger: Ledger,
  migration: Migration,
  direction: Step['direction'],
  options: MigrateOptions,
): Promise<void> {
  const step = stepOf(migration, direction)
  const started = performance.now()
  const observer = new Observer(client, step, options)
  options.onEvent?.({ type: 'start', step })
  try {
    const { lockRetries = 10 } = options
    for (let attempt = 1; ; attempt++) {
      try {
        await (migration.transactional ? inTransaction : alone)(client, ledger, migration, direction, options)
        break
      } catch (error) {
        if ((error as ServerMessage).code !== '55P03' || attempt > lockRetries) throw error
        const blockers = await observer.blockers()
        options.onEvent?.({ type: 'retry', step, attempt, blockers })
        observer.watchBlockers()
        await sleep(Math.random() * Math.min(5_000, 100 * 2 ** attempt), undefined, { signal: options.signal })
      }
    }
  } catch (error) {
    throw await explain(error, migration, direction, observer)
  } finally {
    await observer.close()
  }
  options.onEvent?.({ type: 'done', step, durationMs: performance.now() - started })
}

async function inTransaction(
  client: pg.Client,
  ledger: Ledger,
  migration: Migration,
  direction: Step['direction'],
  options: MigrateOptions,
): Promise<void> {
  const started = performance.now()
  await client.query('begin')
  try {
    await client.query(`set local lock_timeout = ${options.lockTimeoutMs ?? 3_000}`)
    await client.query(direction === 'up' ? migration.up : (migration.down ?? ''))
    await record(ledger, migration, direction, performance.now() - started)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => undefined) // the connection is gone: the server rolls back by itself
    throw error
  }
}

/** A step that PostgreSQL does not take inside a transaction: what is under way is recorded before it begins. */
async function alone(
  client: pg.Client,
  ledger: Ledger,
  migration: Migration,
  direction: Step['direction'],
  options: MigrateOptions,
): Promise<void> {
  const started = performance.now()
  await ledger.write(migration, 'started', 0)
  await client.query(`set lock_timeout = ${options.lockTimeoutMs ?? 3_000}`)
  try {
    await client.query(direction === 'up' ? migration.up : (migration.down ?? ''))
  } finally {
    await client.query('reset lock_timeout').catch(() => undefined) // the error of the statement is what counts
  }
  await record(ledger, migration, direction, performance.now() - started)
}

async function record(ledger: Ledger, migration: Migration, direction: Step['direction'], ms: number): Promise<void> {
  if (direction === 'up') await ledger.write(migration, 'applied', ms)
  else await ledger.remove(migration.version)
}

async function explain(
  error: unknown,
  migration: Migration,
  direction: Step['direction'],
  observer: Observer,
): Promise<Error> {
  const message = error as ServerMessage
  if (message.severity === undefined) return error as Error
  const text = direction === 'up' ? migration.up : (migration.down ?? '')
  const cause = new DatabaseError(message, { text }, { showData: true })
  const blockers = message.code === '55P03' ? ` It was blocked by ${await observer.blockers()}.` : ''
  return pgError('migration_failed', { file: migration.file, reason: `${cause.message}${blockers}` }, { cause })
}
