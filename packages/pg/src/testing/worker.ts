import type { PgOptions } from '../connection/options.ts'
import { createPg, type Pg } from '../pg.ts'
import { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from './template.ts'

/** The database of a test worker. */
export interface WorkerDatabase {
  db: Pg
  dsn: string
}

const databases = new Map<string, Promise<WorkerDatabase & { database: TestDatabase }>>()

/**
 * The database of this test worker: created once for each set of options from its migrated template, and shared by the test
 * files that run in the process. Use it with `beginRollback`, so that no test sees the effects of another.
 */
export function workerDatabase(
  options: TestDatabaseOptions & { pool?: Omit<PgOptions, 'dsn'> } = {},
): Promise<WorkerDatabase> {
  const key = JSON.stringify([options.dsn, options.migrations, options.key, options.pool])
  const known = databases.get(key) ?? open(options)
  databases.set(key, known)
  return known
}

async function open(
  options: TestDatabaseOptions & { pool?: Omit<PgOptions, 'dsn'> },
): Promise<WorkerDatabase & { database: TestDatabase }> {
  const { pool, ...rest } = options
  const database = await createTestDatabase(rest)
  return { database, dsn: database.dsn, db: createPg({ ...pool, dsn: database.dsn }) }
}

/** Closes and drops what {@link workerDatabase} has created in this process: for a global teardown. */
export async function dropWorkerDatabases(): Promise<void> {
  const all = [...databases.values()]
  databases.clear()
  for (const { db, database } of await Promise.all(all)) {
    await db.close()
    await database.drop()
  }
}
