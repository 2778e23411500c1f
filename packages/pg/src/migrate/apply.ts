import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { pgError } from '../errors.ts'
import { DatabaseError } from '../server-errors/database-error.ts'
import { normalizeSql } from '../sql/sql-scanner.ts'
import type { ServerMessage } from '../wire/server-message.ts'
import { processOf, resetSession } from './connection.ts'
import type { Migration } from './files.ts'
import {
  type CreateIndex,
  type DropIndex,
  type FoundIndex,
  findIndex,
  indexExists,
  isAsAsked,
  readIndexStep,
} from './index-step.ts'
import type { Ledger } from './ledger.ts'
import { Observer } from './observer.ts'
import type { MigrateOptions, Step } from './options.ts'
import { runText } from './run-text.ts'

export function stepOf(migration: Migration, direction: Step['direction']): Step {
  const { version, name, file, transactional } = migration
  return { direction, version, name, file, transactional }
}

/** What is needed to apply or undo one migration. */
export interface Work {
  client: pg.Client
  ledger: Ledger
  migration: Migration
  direction: Step['direction']
  options: MigrateOptions
}

/** Applies or undoes one migration and records that, in one transaction. */
export async function applyStep(work: Work): Promise<void> {
  const { client, migration, direction, options } = work
  const step = stepOf(migration, direction)
  const started = performance.now()
  const observer = new Observer(client, await processOf(client), step, options)
  const stop = () => void observer.cancel() // rolled back as after any error
  options.signal?.addEventListener('abort', stop, { once: true })
  options.onEvent?.({ type: 'start', step })
  try {
    await withRetries(work, step, observer)
  } catch (error) {
    options.signal?.throwIfAborted()
    throw explain(error, work, observer)
  } finally {
    options.signal?.removeEventListener('abort', stop)
    await observer.close()
  }
  options.onEvent?.({ type: 'done', step, durationMs: performance.now() - started })
}

/**
 * A lock that is not available in time is given up, so that those queued behind it can proceed, and requested again later.
 */
async function withRetries(work: Work, step: Step, observer: Observer): Promise<void> {
  const { migration, options } = work
  const { lockRetries = 10, signal, onEvent } = options
  for (let attempt = 1; ; attempt++) {
    try {
      await (migration.transactional ? inTransaction(work) : alone(work))
      return
    } catch (error) {
      if ((error as ServerMessage).code !== '55P03' || attempt > lockRetries) throw error
      onEvent?.({ type: 'retry', step, attempt, blockers: observer.blockers })
      await sleep(Math.random() * Math.min(5_000, 50 * 2 ** attempt), undefined, { signal })
    }
  }
}

function textOf({ migration, direction }: Work): string {
  return direction === 'up' ? migration.up : (migration.down ?? '')
}

export function lockTimeout(options: MigrateOptions): number {
  return options.lockTimeoutMs ?? 3_000
}

async function inTransaction(work: Work): Promise<void> {
  const { client, options } = work
  const started = performance.now()
  await client.query('begin')
  try {
    await client.query(`set local lock_timeout = ${lockTimeout(options)}`)
    await runText(client, textOf(work))
    await client.query('reset role')
    await record(work, performance.now() - started)
    await client.query('commit')
    await resetSession(client, options.schema) // what a file has SET applies to that file only
  } catch (error) {
    await client.query('rollback').catch(() => undefined) // the connection is lost: the server rolls back
    throw error
  }
}

/** A step that PostgreSQL does not run inside a transaction: the ledger records its start first. */
async function alone(work: Work): Promise<void> {
  const { client, ledger, migration, direction, options } = work
  const text = textOf(work)
  const started = performance.now()
  const step = direction === 'up' ? readIndexStep(text) : undefined
  const before = step?.kind === 'create' ? await findIndex(client, step) : undefined
  // If it cannot start, it must leave no record that would later suggest that its index was already dropped.
  const doomed = step?.kind === 'drop' && !step.ifExists && !(await indexExists(client, step.index))
  if (direction === 'up' && !doomed) await ledger.write(migration, 'started', 0)
  // Building CONCURRENTLY blocks no one, but must wait for every open transaction.
  const concurrent = /\bconcurrently\b/i.test(normalizeSql(text))
  await client.query(`set lock_timeout = ${concurrent ? 0 : lockTimeout(options)}`)
  try {
    await runText(client, text)
    if (step?.kind === 'create') await refuseOtherIndex(work, step, before)
  } catch (error) {
    // The connection is lost: the next run does it.
    if (direction === 'up') await takeBack(work, step, before).catch(() => undefined)
    throw error
  } finally {
    await resetSession(client, options.schema).catch(() => undefined) // the error of the statement matters more
  }
  await record(work, performance.now() - started)
}

/** An error from the server means "not done": remove what the step left, and the record of its start. */
async function takeBack(
  { client, ledger, migration }: Work,
  step: CreateIndex | DropIndex | undefined,
  before: FoundIndex | undefined,
): Promise<void> {
  const left = step?.kind === 'create' && !before ? await findIndex(client, step) : undefined
  if (left && !left.valid) await client.query(`drop index concurrently ${left.name}`)
  await ledger.remove(migration.version)
}

/** IF NOT EXISTS accepts any index of that name, even an INVALID one. */
async function refuseOtherIndex(work: Work, step: CreateIndex, before: FoundIndex | undefined): Promise<void> {
  const { client, migration, options } = work
  const found = await findIndex(client, step)
  const failed = (reason: string) => pgError('migration_failed', { file: migration.file, reason })
  if (!found) throw failed(`the index ${step.index} is not there.`)
  const drop = `Drop it and migrate again: drop index concurrently ${found.name}`
  if (!found.valid) throw failed(`the index ${found.name} was there before, and is INVALID. ${drop}`)
  if (before && (await isAsAsked(client, step, found, lockTimeout(options))) === false) {
    throw failed(
      `another ${found.name} was there before: ${found.definition || 'it is not an index'}. Rename one of them.`,
    )
  }
}

async function record({ ledger, migration, direction }: Work, ms: number): Promise<void> {
  if (direction === 'up') await ledger.write(migration, 'applied', ms)
  else await ledger.remove(migration.version)
}

const ADVICE: Readonly<Record<string, string>> = {
  '25001':
    ' PostgreSQL does this outside of transactions only: put it into a file of its own with the line "-- no transaction".',
  '55P03': ' Run it when that is done, or end that session: select pg_terminate_backend(pid).',
}

function explain(error: unknown, work: Work, observer: Observer): Error {
  const message = error as ServerMessage
  const { file } = work.migration
  if (message.severity === undefined) return error as Error
  const cause = new DatabaseError(message, { text: textOf(work) }, { showData: true })
  const blocked = message.code === '55P03' ? ` It was blocked by ${observer.blockers}.` : ''
  return pgError(
    'migration_failed',
    { file, reason: `${cause.message}${blocked}${ADVICE[cause.sqlstate] ?? ''}` },
    { cause },
  )
}
