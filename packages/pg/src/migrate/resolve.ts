import { userInfo } from 'node:os'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { pgError } from '../errors.ts'
import { findMigration, type Migration, readMigrations } from './files.ts'
import type { Applied, Ledger } from './ledger.ts'
import { MIGRATE_OPTIONS, type MigrateOptions, STATUS_OPTIONS } from './options.ts'
import { DIR, exclusively, withLedger } from './run.ts'

type Target = Pick<MigrateOptions, 'dsn' | 'dir' | 'schema' | 'table' | 'waitMs'> & { version: string }

const TARGET_OPTIONS: OptionTable<Target> = {
  ...STATUS_OPTIONS,
  waitMs: MIGRATE_OPTIONS.waitMs,
  version: option.required(option.string),
}

/**
 * Accepts the current file for an applied migration, and records who did so.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `migration_invalid`
 */
export async function acceptDrift(options: Target & { who?: string }): Promise<void> {
  const { who = whoAmI(), ...target } = readOptions('acceptDrift()', options, {
    ...TARGET_OPTIONS,
    who: option.text,
  })
  await decide(target, async (ledger, migration) => ledger.acceptDrift(migration, who))
}

/**
 * Records the outcome of an interrupted step without a transaction, if only a person can determine it.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `migration_invalid`
 */
export async function resolveMigration(options: Target & { as: 'applied' | 'pending' }): Promise<void> {
  const { as, ...target } = readOptions('resolveMigration()', options, {
    ...TARGET_OPTIONS,
    as: option.required(option.oneOf('applied', 'pending')),
  })
  await decide(target, async (ledger, migration, row) => {
    if (row.state !== 'started') {
      throw pgError('migration_invalid', {
        file: migration.file,
        reason: 'was not interrupted: there is nothing to resolve',
      })
    }
    if (as === 'applied') await ledger.write({ ...migration, version: row.version }, 'applied', 0)
    else await ledger.remove(row.version)
  })
}

async function decide(
  options: Target,
  fn: (ledger: Ledger, migration: Migration, row: Applied) => Promise<void>,
): Promise<void> {
  const dir = options.dir ?? DIR
  const migrations = await readMigrations(dir)
  const migration = findMigration(migrations, options.version, dir)
  await withLedger(options, (client, ledger) =>
    exclusively(client, ledger, options, async () => {
      const row = (await ledger.read()).find(each => BigInt(each.version) === BigInt(migration.version))
      if (!row) throw pgError('migration_invalid', { file: migration.file, reason: 'is not applied' })
      await fn(ledger, migration, row)
    }),
  )
}

function whoAmI(): string {
  try {
    return userInfo().username
  } catch {
    return 'unknown' // a user without an entry in /etc/passwd, as in some containers
  }
}
