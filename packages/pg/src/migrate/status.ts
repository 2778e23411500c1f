import { readOptions } from '@arlen/core/options'
import { byVersion, type Migration, readMigrations } from './files.ts'
import { requireSome } from './folder.ts'
import type { Applied } from './ledger.ts'
import { STATUS_OPTIONS, type StatusOptions } from './options.ts'
import { DIR, withLedger } from './run.ts'

/** A migration, and whether the database has it. */
export interface MigrationStatus {
  version: string
  name: string
  /** Undefined if it is missing. */
  file: string | undefined
  /**
   * `drifted`: its file was changed after it was applied. `missing`: applied, but without a file. `late`: not applied,
   * although a later one is. `interrupted`: a step without a transaction that did not finish.
   */
  state: 'applied' | 'pending' | 'drifted' | 'missing' | 'late' | 'interrupted'
  appliedAt: Date | undefined
  appliedBy: string | undefined
  durationMs: number | undefined
}

/**
 * Every migration that has a file or was applied, oldest first. Changes nothing.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `migrations_not_found`, `migration_invalid`, `connect_failed`
 */
export async function migrationStatus(given: StatusOptions): Promise<MigrationStatus[]> {
  const options = readOptions('migrationStatus()', given, STATUS_OPTIONS)
  const migrations = await readMigrations(options.dir ?? DIR)
  return withLedger(options, async (_client, ledger) => compare(migrations, await ledger.read()))
}

function compare(migrations: readonly Migration[], applied: readonly Applied[]): MigrationStatus[] {
  const done = new Map(applied.map(row => [BigInt(row.version), row]))
  const last = [...applied].sort(byVersion).at(-1)
  const known = migrations.map((migration): MigrationStatus => {
    const row = done.get(BigInt(migration.version))
    done.delete(BigInt(migration.version))
    return describe(migration, row, stateOf(migration, row, last))
  })
  const missing = [...done.values()].map(row => describe(row, row, 'missing'))
  return [...known, ...missing].sort(byVersion)
}

function stateOf(migration: Migration, row: Applied | undefined, last: Applied | undefined): MigrationStatus['state'] {
  if (row?.state === 'started') return 'interrupted'
  if (row) return row.checksum === migration.checksum ? 'applied' : 'drifted'
  return last && BigInt(migration.version) < BigInt(last.version) ? 'late' : 'pending'
}

function describe(
  { version, name, file }: { version: string; name: string; file?: string },
  row: Applied | undefined,
  state: MigrationStatus['state'],
): MigrationStatus {
  const { appliedAt, appliedBy, durationMs } = row ?? {}
  return { version, name, file, state, appliedAt, appliedBy, durationMs }
}

/**
 * The differences between a database and its files: everything drifted, missing, late or interrupted. Empty if they agree.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `migrations_not_found`, `migration_invalid`, `connect_failed`
 */
export async function verifyMigrations(given: StatusOptions): Promise<MigrationStatus[]> {
  const options = readOptions('verifyMigrations()', given, STATUS_OPTIONS)
  const all = await migrationStatus(options)
  requireSome(options.dir ?? DIR, all, [])
  return all.filter(({ state }) => state !== 'applied' && state !== 'pending')
}
