import type pg from 'pg'
import { applyStep, stepOf } from './apply.ts'
import { connectMigrator, refusePooler } from './connection.ts'
import { type Migration, readMigrations } from './files.ts'
import { Ledger } from './ledger.ts'
import { withMigrationLock } from './lock.ts'
import type { MigrateOptions, MigrationReport } from './options.ts'
import { type Plan, planUp } from './plan.ts'

const DIR = 'db/migrations'
const TABLE = 'arlen_migrations'

/**
 * Applies what is pending, exactly once, whoever else is migrating: under a lock, each file in a transaction together
 * with its record.
 */
export async function migrate(options: MigrateOptions): Promise<MigrationReport> {
  const dir = options.dir ?? DIR
  const migrations = await readMigrations(dir)
  return withLedger(options, async (client, ledger) => {
    const plan = async () => planUp(migrations, await ledger.read(), dir)
    const first = await plan()
    if (options.dryRun) return preview(client, first, options)
    if (first.pending.length === 0) return { steps: [], dryRun: false }
    await refusePooler(client)
    return withMigrationLock(client, options.table ?? TABLE, options, async () => {
      await ledger.create()
      const { pending } = await plan() // again: another migrator may have been faster
      const steps = pending.map(migration => stepOf(migration, 'up'))
      options.onEvent?.({ type: 'plan', steps })
      for (const migration of pending) {
        options.signal?.throwIfAborted()
        await applyStep(client, ledger, migration, 'up', options)
      }
      return { steps, dryRun: false }
    })
  })
}

async function preview(client: pg.Client, plan: Plan, options: MigrateOptions): Promise<MigrationReport> {
  const steps = plan.pending.map(migration => stepOf(migration, 'up'))
  options.onEvent?.({ type: 'plan', steps })
  if (options.check) await rehearse(client, plan.pending)
  return { steps, dryRun: true }
}

/** Runs what can run in a transaction, and takes it back. */
async function rehearse(client: pg.Client, migrations: readonly Migration[]): Promise<void> {
  await client.query('begin')
  try {
    for (const migration of migrations) if (migration.transactional) await client.query(migration.up)
  } finally {
    await client.query('rollback')
  }
}

export async function withLedger<T>(
  options: MigrateOptions,
  fn: (client: pg.Client, ledger: Ledger) => Promise<T>,
): Promise<T> {
  const client = await connectMigrator(options)
  try {
    return await fn(client, new Ledger(client, options.table ?? TABLE))
  } finally {
    await client.end()
  }
}
