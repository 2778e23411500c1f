import { ArlenError } from '@arlen/core'
import type pg from 'pg'
import { pgError } from '../errors.ts'
import { quoteIdentifier } from '../sql/sql.ts'
import type { ServerMessage } from '../wire/server-message.ts'
import { connectMigrator, refusePooler } from './connection.ts'
import { Ledger } from './ledger.ts'
import { withMigrationLock } from './lock.ts'
import type { MigrateOptions } from './options.ts'

export const DIR = 'db/migrations'
export const TABLE = 'arlen_migrations'

/** Runs `fn` with a dedicated connection and the ledger. */
export async function withLedger<T>(
  options: LedgerOptions,
  fn: (client: pg.Client, ledger: Ledger) => Promise<T>,
): Promise<T> {
  const client = await connectMigrator(options)
  const table = options.table ?? TABLE
  try {
    return await fn(client, new Ledger(client, await ledgerName(client, options)))
  } catch (error) {
    throw explain(error, client, table)
  } finally {
    await client.end()
  }
}

export type LedgerOptions = Pick<MigrateOptions, 'dsn' | 'table' | 'schema'>

/**
 * The qualified name of the ledger, in the schema where unqualified names are created. A ledger further down the search
 * path belongs to another schema, whatever names resolve to.
 */
async function ledgerName(client: pg.Client, { table = TABLE, schema }: LedgerOptions): Promise<string> {
  const names = table.split('.')
  if (names.length === 1) names.unshift(schema ?? (await firstSchema(client)))
  return names.map(quoteIdentifier).join('.')
}

/** @throws `migration_schema_missing` if names would be created in a schema other than the first */
async function firstSchema(client: pg.Client): Promise<string> {
  const { rows } = await client.query(
    "select current_schema() as current, current_user as user, current_setting('search_path') as path",
  )
  const { current, user, path } = rows[0] as { current: string | null; user: string; path: string }
  const names = [...path.matchAll(/"((?:[^"]|"")*)"|[^\s,"]+/g)].map(
    match => match[1]?.replaceAll('""', '"') ?? match[0],
  )
  const first = names.find(name => (name === '$user' ? user === current : !/^pg_(?:catalog|temp)$/.test(name)))
  const wanted = first === '$user' ? user : first
  if (wanted !== undefined && wanted === current) return current
  throw pgError('migration_schema_missing', { schema: wanted ?? '(none)', path: path || 'empty' })
}

/** Runs `fn` as the only migrator of this schema. */
export async function exclusively<T>(
  client: pg.Client,
  ledger: Ledger,
  options: MigrateOptions,
  fn: () => Promise<T>,
): Promise<T> {
  await refusePooler(client)
  return withMigrationLock(client, ledger.table, options, fn)
}

/** A server error outside of the steps, such as missing rights, in one line. */
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
