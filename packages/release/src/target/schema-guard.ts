import { join } from 'node:path'
import { type MigrationStatus, migrationStatus } from '@arlen/pg/migrations'
import { MIGRATIONS } from '../build/migrations.ts'
import { releaseError } from '../errors.ts'
import type { Manifest, ReleaseMigration } from '../manifest/manifest.ts'

/** The differences between the migrations of a database and a release. */
export interface SchemaState {
  /** Migrations of the release that the database lacks, oldest first. */
  pending: ReleaseMigration[]
  /** Migrations of the database that the release does not know: those of later releases. */
  unknown: { version: string; name: string }[]
  /** Whether the database has no migration at all. */
  isEmpty: boolean
}

/** Compares a database with the migrations of a release. */
export async function schemaState(
  dsn: string,
  dir: string,
  manifest: Pick<Manifest, 'migrations'>,
): Promise<SchemaState> {
  const all = await migrationStatus({ dsn, dir: join(dir, MIGRATIONS) })
  const lacking = new Set(all.filter(isLacking).map(({ version }) => BigInt(version)))
  return {
    pending: manifest.migrations.filter(({ version }) => lacking.has(BigInt(version))),
    unknown: all.filter(({ state }) => state === 'missing').map(({ version, name }) => ({ version, name })),
    isEmpty: all.every(({ state }) => state === 'pending' || state === 'late'),
  }
}

function isLacking({ state }: MigrationStatus): boolean {
  return state === 'pending' || state === 'late' || state === 'interrupted'
}

/**
 * Decides which migrations an activation applies: the expand steps before the first contract step. Contract steps wait for
 * `contract`, because an older release may use the database, possibly on another machine. An empty database gets all of them.
 *
 * @throws contract_in_between if an expand step follows a contract step, because migrations are applied in order
 */
export function planMigrations(
  pending: readonly ReleaseMigration[],
  { isEmpty }: Pick<SchemaState, 'isEmpty'>,
): ReleaseMigration[] {
  if (isEmpty) return [...pending]
  const first = pending.findIndex(({ phase }) => phase === 'contract')
  if (first < 0) return [...pending]
  const later = pending.slice(first).find(({ phase }) => phase === 'expand')
  if (later) throw releaseError('contract_in_between', { contract: pending[first]!.file, expand: later.file })
  return pending.slice(0, first)
}

/**
 * The migrations in the database that a release cannot run with: contract steps it does not have, and steps that no release
 * here describes.
 *
 * @param manifests - of all releases of the target
 */
export function forbiddingSteps(unknown: SchemaState['unknown'], manifests: readonly Manifest[]): string[] {
  const phases = new Map<bigint, ReleaseMigration['phase']>()
  for (const { migrations } of manifests) {
    for (const { version, phase } of migrations) phases.set(BigInt(version), phase)
  }
  return unknown
    .filter(({ version }) => phases.get(BigInt(version)) !== 'expand')
    .map(({ version, name }) => `${version}_${name}`)
}
