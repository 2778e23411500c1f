import type pg from 'pg'
import { afterAll } from 'vitest'
import { createPg, type Pg, type PgOptions } from '../src/index.ts'
import { createTestDatabase } from '../src/testing/index.ts'
import { openAdmin, poolOptions } from './helpers.ts'

/** A database for one test file, with a pool that has opened no connection yet and one connection that bypasses it. */
export interface OpenDatabase {
  readonly dsn: string
  readonly name: string
  readonly db: Pg
  readonly admin: pg.Client
}

/**
 * For the top of a test file: `const { dsn, db } = await openDatabase('create table …')`. Closes and drops everything after the
 * file's tests.
 */
export async function openDatabase(setUp = '', options: PgOptions = {}): Promise<OpenDatabase> {
  const database = await createTestDatabase()
  const db = createPg({ ...options, ...poolOptions(database.dsn) })
  const admin = await openAdmin(database.dsn)
  afterAll(async () => {
    await db.close()
    await admin.end()
    await database.drop()
  })
  await admin.query(setUp)
  return { dsn: database.dsn, name: database.name, db, admin }
}
