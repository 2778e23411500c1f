import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type MigrateOptions, type MigrationReport, migrate, type Pg } from '../src/index.ts'
import { migrationStatus } from '../src/migrate/index.ts'
import { openDatabase } from './open-database.ts'

/** A folder of migrations and a database to apply them to. Both are empty before each test. */
export interface MigrationFolder {
  readonly dir: string
  readonly dsn: string
  readonly db: Pg
  write(file: string, text: string): Promise<void>
  target(): { dsn: string; dir: string }
  up(more?: Partial<MigrateOptions>): Promise<MigrationReport>
  /** Whether there is a relation of this name. */
  exists(name: string): Promise<boolean>
  /** `1 applied`, `2 pending`, … */
  states(): Promise<string[]>
}

/** For the top of a test file. */
export async function openMigrationFolder(): Promise<MigrationFolder> {
  const { dsn, db } = await openDatabase()
  let dir: string

  beforeEach(async () => {
    const schemas = await db.many<{ name: string }>(
      "select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'",
    )
    for (const { name } of schemas) await db.execute(db.sql`drop schema ${db.sql.id(name)} cascade`)
    await db.execute('create schema public')
    dir = await mkdtemp(join(tmpdir(), 'arlen-migrations-'))
  })

  afterEach(() => rm(dir, { recursive: true, force: true }))

  const target = () => ({ dsn, dir })
  return {
    get dir() {
      return dir
    },
    dsn,
    db,
    write: (file, text) => writeFile(join(dir, file), text),
    target,
    up: (more = {}) => migrate({ ...target(), ...more }),
    exists: async name => (await db.value('select to_regclass($1)', [name])) !== null,
    states: async () => (await migrationStatus(target())).map(each => `${each.version} ${each.state}`),
  }
}
