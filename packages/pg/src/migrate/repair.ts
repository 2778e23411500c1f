import type pg from 'pg'
import { pgError } from '../errors.ts'
import { oneLine } from '../sql/one-line.ts'
import { normalizeSql } from '../sql/sql-scanner.ts'
import type { Migration } from './files.ts'
import { type CreateIndex, findIndex, indexExists, isAsAsked, readIndexStep } from './index-step.ts'

/** The outcome of an interrupted step without a transaction. */
export interface Repair {
  outcome: 'finished' | 'undone'
  action: string
}

/** Statements that can be run again with the same effect, however much of them was done. */
const REPEATABLE =
  /^(?:vacuum|analyze|reindex|cluster|refresh materialized view|alter system|checkpoint|create \w+ if not exists|drop \w+ if exists)\b/i

/**
 * Examines what an interrupted step has left, and cleans up: an INVALID index is dropped, to be built again. Anything that
 * is not known to be safe is left to a person, with the commands to run.
 *
 * @throws `migration_interrupted`
 */
export async function repair(client: pg.Client, migration: Migration, lockTimeoutMs: number): Promise<Repair> {
  const step = readIndexStep(migration.up)
  if (step?.kind === 'create') {
    const repaired = await repairIndex(client, step, lockTimeoutMs)
    if (repaired) return repaired
  } else if (step) {
    // The step was recorded as started only if the index existed.
    return (await indexExists(client, step.index))
      ? { outcome: 'undone', action: `the index ${step.index} is still there` }
      : { outcome: 'finished', action: `the index ${step.index} is gone` }
  }
  const statement = normalizeSql(migration.up)
  if (!step && REPEATABLE.test(statement)) return { outcome: 'undone', action: 'it can be run again as it is' }
  throw pgError('migration_interrupted', {
    file: migration.file,
    advice:
      `check what "${oneLine(statement)}" has done, then say so:\n` +
      `  arlen migrate resolve ${migration.version} applied   it is done\n` +
      `  arlen migrate resolve ${migration.version} pending   it is not, and may be run again`,
  })
}

/** Undefined if the existing index cannot be compared with the requested one. */
async function repairIndex(client: pg.Client, step: CreateIndex, lockTimeoutMs: number): Promise<Repair | undefined> {
  const found = await findIndex(client, step)
  if (!found) return { outcome: 'undone', action: `the index ${step.index} was not there yet` }
  const same = await isAsAsked(client, step, found, lockTimeoutMs)
  if (same === undefined) return undefined
  if (!same) return { outcome: 'undone', action: `the index ${found.name} is not the one of this file` }
  if (found.valid) return { outcome: 'finished', action: `the index ${found.name} is there and valid` }
  await client.query(`drop index concurrently ${found.name}`)
  return { outcome: 'undone', action: `dropped the INVALID index ${found.name}` }
}
