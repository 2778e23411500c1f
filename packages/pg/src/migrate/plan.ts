import { pgError } from '../errors.ts'
import { byVersion, type Migration } from './files.ts'
import type { Applied } from './ledger.ts'

export interface Plan {
  pending: Migration[]
  /** Steps without a transaction that were started and did not finish. */
  interrupted: Migration[]
}

/** What is to be done. Throws if the outcome would differ from that of a database created from scratch. */
export function planUp(migrations: readonly Migration[], applied: readonly Applied[], dir: string): Plan {
  const files = new Map(migrations.map(migration => [BigInt(migration.version), migration]))
  const done = new Map(applied.map(row => [BigInt(row.version), row]))
  for (const row of applied) {
    const migration = files.get(BigInt(row.version))
    if (!migration) throw pgError('migration_missing', { version: `${row.version}_${row.name}`, dir })
    if (row.state === 'applied' && migration.checksum !== row.checksum) {
      throw pgError('migration_drift', { file: migration.file, version: migration.version })
    }
  }
  const pending = migrations.filter(migration => done.get(BigInt(migration.version))?.state !== 'applied')
  const interrupted = pending.filter(migration => done.has(BigInt(migration.version)))
  refuseOutOfOrder(pending, applied)
  return { pending, interrupted }
}

function refuseOutOfOrder(pending: readonly Migration[], applied: readonly Applied[]): void {
  const last = [...applied].sort(byVersion).at(-1)
  const late = last && pending.find(migration => BigInt(migration.version) < BigInt(last.version))
  if (!late) return
  throw pgError('migration_out_of_order', {
    file: late.file,
    applied: `${last.version}_${last.name}`,
    command: `arlen migrate rename ${late.version}`,
  })
}
