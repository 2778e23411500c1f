import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { pgError } from '../errors.ts'
import { applyStep, stepOf } from './apply.ts'
import { byVersion, type Migration, readMigrations, readVersion } from './files.ts'
import { requireSome } from './folder.ts'
import type { Applied } from './ledger.ts'
import { migrate } from './migrate.ts'
import { MIGRATE_OPTIONS, type MigrateOptions, type MigrationReport } from './options.ts'
import { DIR, exclusively, withLedger } from './run.ts'

/** Options of {@link migrateDown}. */
export interface DownOptions extends Omit<MigrateOptions, 'check'> {
  /** How many to undo, starting with the last. Default 1. */
  steps?: number | undefined
  /** Instead: undo everything after this version. */
  to?: string | undefined
}

const { check: _, ...SHARED } = MIGRATE_OPTIONS
const OPTIONS: OptionTable<DownOptions> = { ...SHARED, steps: option.integer(1) }

/**
 * Undoes the last applied migrations with the `-- down` of each file. If one has none, it throws before anything is done.
 */
export async function migrateDown(given: DownOptions): Promise<MigrationReport> {
  const options = readOptions('migrateDown()', given, OPTIONS)
  const dir = options.dir ?? DIR
  const migrations = await readMigrations(dir)
  return withLedger(options, async (client, ledger) => {
    const plan = async () => {
      const applied = await ledger.read()
      requireSome(dir, migrations, applied)
      return planDown(migrations, applied, options, dir)
    }
    const first = await plan()
    const steps = first.map(migration => stepOf(migration, 'down'))
    if (options.dryRun) options.onEvent?.({ type: 'plan', steps })
    if (options.dryRun || first.length === 0) return { steps, dryRun: options.dryRun ?? false }
    return exclusively(client, ledger, options, async () => {
      const now = await plan()
      const doing = now.map(migration => stepOf(migration, 'down'))
      options.onEvent?.({ type: 'plan', steps: doing })
      for (const migration of now) await applyStep({ client, ledger, migration, direction: 'down', options })
      return { steps: doing, dryRun: false }
    })
  })
}

/** Undoes the last migration and applies it again: for a migration that is still being written. */
export async function migrateRedo(options: DownOptions): Promise<MigrationReport> {
  const down = await migrateDown(options)
  if (options.dryRun) return down
  const { steps: _, to: __, ...rest } = options
  const up = await migrate(rest)
  return { steps: [...down.steps, ...up.steps], dryRun: false }
}

function planDown(
  migrations: readonly Migration[],
  applied: readonly Applied[],
  { steps = 1, to }: DownOptions,
  dir: string,
): Migration[] {
  const files = new Map(migrations.map(migration => [BigInt(migration.version), migration]))
  const newestFirst = [...applied].sort(byVersion).reverse()
  const last = to === undefined ? undefined : readVersion(to)
  const chosen =
    last === undefined ? newestFirst.slice(0, steps) : newestFirst.filter(row => BigInt(row.version) > last)
  return chosen.map(row => {
    const migration = files.get(BigInt(row.version))
    if (!migration) throw pgError('migration_missing', { version: `${row.version}_${row.name}`, dir })
    if (migration.down === undefined) throw pgError('migration_irreversible', { file: migration.file })
    return migration
  })
}
