import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { PgOptions } from '../connection/options.ts'
import { pgError } from '../errors.ts'
import { quoteIdentifier } from '../sql/sql.ts'
import type { ServerMessage } from '../wire/server-message.ts'
import { applyStep } from './apply.ts'
import type { Migration } from './files.ts'
import type { MigrateOptions, MigrationEvent } from './options.ts'
import { withLedger } from './run.ts'

/** Errors that mean that this user cannot create a database. */
const NO_RIGHT = ['42501', '53300', '53100', '0A000']

/**
 * Applies all migrations, applied and pending, to an empty database next to the target, which is dropped again. The target
 * itself is neither locked nor changed. Data is not copied: problems that depend on existing rows, such as a unique index
 * over duplicates, appear only in the real run.
 *
 * @throws `migration_failed` for a pending migration that fails; `migration_unrehearsed` if the result is inconclusive
 */
export async function rehearse(
  client: pg.Client,
  migrations: readonly Migration[],
  pending: readonly Migration[],
  options: MigrateOptions,
): Promise<void> {
  const database = `arlen_rehearsal_${randomBytes(6).toString('hex')}`
  const schema = options.schema ?? (await currentSchema(client))
  try {
    await client.query(`create database ${quoteIdentifier(database)} template template0`)
  } catch (error) {
    const { code = '', message } = error as ServerMessage
    if (!NO_RIGHT.includes(code)) throw error
    const reason = `no database to rehearse on can be made (${message}). Give this user CREATEDB, or rehearse elsewhere`
    throw pgError('migration_unrehearsed', { reason }, { cause: error })
  }
  try {
    const copy = { ...options, schema, dsn: { ...asOptions(options.dsn), database } }
    await withLedger(copy, async (own, ledger) => {
      await ledger.create(schema)
      for (const migration of migrations) {
        options.signal?.throwIfAborted()
        const isPending = pending.includes(migration)
        const work = {
          client: own,
          ledger,
          migration,
          direction: 'up' as const,
          options: { ...copy, onEvent: undefined },
        }
        if (isPending) await applyStep({ ...work, options: { ...copy, onEvent: event => tell(event, options) } })
        else await applyStep(work).catch(error => refuse(migration, error))
      }
    })
  } finally {
    await client.query(`drop database if exists ${quoteIdentifier(database)} with (force)`)
  }
}

function tell(event: MigrationEvent, { onEvent }: MigrateOptions): void {
  if (event.type === 'done') onEvent?.({ ...event, type: 'rehearsed' })
  else onEvent?.(event)
}

/** The database was not created by these files alone. */
function refuse({ file }: Migration, error: Error): never {
  const reason = `on an empty database, ${file}, which is applied here, already fails: ${error.message}`
  throw pgError('migration_unrehearsed', { reason }, { cause: error })
}

function asOptions(dsn: string | PgOptions): PgOptions {
  return typeof dsn === 'string' ? { dsn } : dsn
}

async function currentSchema(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query('select current_schema() as name')
  const { name } = rows[0] as { name: string | null }
  return name === null || name === 'public' ? undefined : name
}
