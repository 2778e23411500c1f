import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { migrationPhase, readMigrations } from '@arlen/pg/migrations'
import type { ReleaseMigration } from '../manifest/manifest.ts'

/** The folder of migrations below an application. */
export const MIGRATIONS = 'db/migrations'

/** The migrations of an application and their effect on releases that run at the same time. Empty if it has none. */
export async function describeMigrations(root: string): Promise<ReleaseMigration[]> {
  const dir = join(root, MIGRATIONS)
  if (!existsSync(dir)) return []
  const migrations = await readMigrations(dir)
  return Promise.all(
    migrations.map(async migration => ({
      version: migration.version,
      name: migration.name,
      file: basename(migration.file),
      phase: await migrationPhase(migration),
    })),
  )
}
