import { readOptions } from '@arlen/core/options'
import type pg from 'pg'
import { applyStep, lockTimeout, stepOf } from './apply.ts'
import { type Migration, readMigrations, readVersion } from './files.ts'
import { requireSome } from './folder.ts'
import type { Ledger } from './ledger.ts'
import { MIGRATE_OPTIONS, type MigrateOptions, type MigrationReport } from './options.ts'
import { type Plan, planUp } from './plan.ts'
import { rehearse } from './rehearse.ts'
import { repair } from './repair.ts'
import { DIR, exclusively, withLedger } from './run.ts'

/**
 * Applies pending migrations exactly once, even with several migrators: under a lock, and each file in a transaction with
 * its record.
 *
 * @throws `migration_drift`, `migration_missing`, `migration_out_of_order` before anything is done; `migration_failed` with
 * the position in the file; `migration_locked` if another migrator takes too long; `migration_pooled`,
 * `migration_interrupted`
 */
export async function migrate(given: MigrateOptions): Promise<MigrationReport> {
  const options = readOptions('migrate()', given, MIGRATE_OPTIONS)
  const dir = options.dir ?? DIR
  const migrations = await readMigrations(dir)
  const plan = async (ledger: Ledger) => {
    const applied = await ledger.read()
    requireSome(dir, migrations, applied)
    return until(options.to, planUp(migrations, applied, dir))
  }
  return withLedger(options, async (client, ledger) => {
    const first = await plan(ledger)
    if (options.dryRun) return preview(client, migrations, first, options)
    if (first.pending.length === 0) return { steps: [], dryRun: false }
    return exclusively(client, ledger, options, async () => {
      await ledger.create(options.schema)
      return applyAll(client, ledger, await plan(ledger), options) // another migrator may have been faster
    })
  })
}

/** @throws `migration_invalid` for an unknown version */
function until(to: string | undefined, { pending, interrupted }: Plan): Plan {
  if (to === undefined) return { pending, interrupted }
  const last = readVersion(to)
  const isWanted = ({ version }: Migration) => BigInt(version) <= last
  return { pending: pending.filter(isWanted), interrupted: interrupted.filter(isWanted) }
}

async function applyAll(
  client: pg.Client,
  ledger: Ledger,
  plan: Plan,
  options: MigrateOptions,
): Promise<MigrationReport> {
  const pending = await repairAll(client, ledger, plan, options)
  const steps = pending.map(migration => stepOf(migration, 'up'))
  options.onEvent?.({ type: 'plan', steps })
  for (const migration of pending) {
    options.signal?.throwIfAborted()
    await applyStep({ client, ledger, migration, direction: 'up', options })
  }
  return { steps, dryRun: false }
}

/** Returns what is still to be applied after interrupted steps have been cleaned up. */
async function repairAll(client: pg.Client, ledger: Ledger, plan: Plan, options: MigrateOptions): Promise<Migration[]> {
  const finished = new Set<Migration>()
  for (const migration of plan.interrupted) {
    const { outcome, action } = await repair(client, migration, lockTimeout(options))
    options.onEvent?.({ type: 'repaired', step: stepOf(migration, 'up'), action })
    if (outcome === 'undone') {
      await ledger.remove(migration.version)
    } else {
      await ledger.write(migration, 'applied', 0)
      finished.add(migration)
    }
  }
  return plan.pending.filter(migration => !finished.has(migration))
}

async function preview(
  client: pg.Client,
  migrations: readonly Migration[],
  { pending }: Plan,
  options: MigrateOptions,
): Promise<MigrationReport> {
  const steps = pending.map(migration => stepOf(migration, 'up'))
  options.onEvent?.({ type: 'plan', steps })
  if (options.check && pending.length > 0) await rehearse(client, migrations, pending, options)
  return { steps, dryRun: true }
}
