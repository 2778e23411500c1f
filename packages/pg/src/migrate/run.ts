import type pg from 'pg'
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
  try {
    return await fn(client, new Ledger(client, options.table ?? TABLE))
  } finally {
    await client.end()
  }
}

/** Runs `fn` while nobody else migrates this database. */
export async function exclusively<T>(client: pg.Client, options: MigrateOptions, fn: () => Promise<T>): Promise<T> {
  await refusePooler(client)
  return withMigrationLock(client, options.table ?? TABLE, options, fn)
}
