import { ArlenError } from '@arlen/core'
import type pg from 'pg'
import { pgError } from '../errors.ts'
import type { ServerMessage } from '../wire/server-message.ts'
import { connectMigrator, refusePooler } from './connection.ts'
import { Ledger } from './ledger.ts'
import { withMigrationLock } from './lock.ts'
import type { MigrateOptions } from './options.ts'

export const DIR = 'db/migrations'
export const TABLE = 'arlen_migrations'

/** Runs `fn` with a connection of its own and the table of what is applied. */
export async function withLedger<T>(
  options: Pick<MigrateOptions, 'dsn' | 'table'>,
  fn: (client: pg.Client, ledger: Ledger) => Promise<T>,
): Promise<T> {
  const client = await connectMigrator(options)
  const table = options.table ?? TABLE
  try {
    return await fn(client, new Ledger(client, table))
  } catch (error) {
    throw explain(error, client, table)
  } finally {
    await client.end()
  }
}

/** Runs `fn` while nobody else migrates this database. */
export async function exclusively<T>(client: pg.Client, options: MigrateOptions, fn: () => Promise<T>): Promise<T> {
  await refusePooler(client)
  return withMigrationLock(client, options.table ?? TABLE, options, fn)
}

/** What the server has against the work around the steps, such as rights that are lacking, in one line. */
function explain(error: unknown, { user, host, database }: pg.Client, table: string): unknown {
  const { severity, code, message } = error as ServerMessage
  if (error instanceof ArlenError || severity === undefined) return error
  const advice =
    code === '42501' || code === '3F000'
      ? ` Migrate as the owner, or grant this user CREATE on the schema and all on ${table}.`
      : ''
  const where = `The table ${table} (${user}@${host}/${database})`
  return pgError('migration_failed', { file: where, reason: `${message} (${code}).${advice}` }, { cause: error })
}
