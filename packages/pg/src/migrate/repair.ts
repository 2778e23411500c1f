import type pg from 'pg'
import { pgError } from '../errors.ts'
import { quoteIdentifier } from '../sql/sql.ts'
import { normaliseSql } from '../sql/sql-scanner.ts'
import type { Migration } from './files.ts'

/** What became of a step without a transaction that was interrupted. */
export type Outcome = 'finished' | 'undone'

const NAME = '((?:"(?:[^"]|"")+"|[^\\s".(]+)(?: ?\\. ?(?:"(?:[^"]|"")+"|[^\\s".(]+))?)'
const CREATE_INDEX = new RegExp(
  `^create (?:unique )?index concurrently (?:if not exists )?${NAME} on (?:only )?${NAME}`,
  'i',
)
const DROP_INDEX = new RegExp(`^drop index concurrently (?:if exists )?${NAME}$`, 'i')
/** Whatever of it was done, doing it again gives the same. */
const REPEATABLE =
  /^(?:vacuum|analyze|reindex|cluster|refresh materialized view|alter system|checkpoint|create \w+ if not exists|drop \w+ if exists)\b/i

/**
 * Looks at what an interrupted step has left, and clears it away: an INVALID index is dropped, to be built anew. What is
 * not known to be safe is left to a person, with the commands.
 */
export async function repair(client: pg.Client, migration: Migration): Promise<{ outcome: Outcome; action: string }> {
  const statement = normaliseSql(migration.up)
  const created = CREATE_INDEX.exec(statement)
  if (created) return repairIndex(client, created[1]!, created[2]!)
  const dropped = DROP_INDEX.exec(statement)
  if (dropped) return repairDrop(client, dropped[1]!)
  if (REPEATABLE.test(statement)) return { outcome: 'undone', action: 'it can be run again as it is' }
  throw pgError('migration_interrupted', {
    file: migration.file,
    advice:
      `look at what "${statement}" has done, then say so:\n` +
      `  arlen migrate resolve ${migration.version} applied   it is done\n` +
      `  arlen migrate resolve ${migration.version} pending   it is not, and may be run again`,
  })
}

async function repairIndex(
  client: pg.Client,
  name: string,
  table: string,
): Promise<{ outcome: Outcome; action: string }> {
  const found = await findIndex(client, inSchemaOf(name, table), table)
  if (!found) return { outcome: 'undone', action: `the index ${name} was not there yet` }
  if (found.valid) return { outcome: 'finished', action: `the index ${name} is there and valid` }
  await client.query(`drop index concurrently ${found.name}`)
  return { outcome: 'undone', action: `dropped the INVALID index ${found.name}` }
}

async function repairDrop(client: pg.Client, name: string): Promise<{ outcome: Outcome; action: string }> {
  const { rows } = await client.query('select to_regclass($1) is null as gone', [name.replaceAll(' ', '')])
  const { gone } = rows[0] as { gone: boolean }
  return gone
    ? { outcome: 'finished', action: `the index ${name} is gone` }
    : { outcome: 'undone', action: `the index ${name} is still there` }
}

/** An index lives in the schema of its table, which the statement may name only there. */
function inSchemaOf(name: string, table: string): string {
  const schema = /^(.*) ?\. ?/.exec(table)?.[1]
  return name.includes('.') || !schema ? name : `${schema}.${name}`
}

async function findIndex(
  client: pg.Client,
  name: string,
  table: string,
): Promise<{ name: string; valid: boolean } | undefined> {
  const { rows } = await client.query(
    `select n.nspname as schema, c.relname as name, i.indisvalid and i.indisready as valid
     from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
     where i.indexrelid = to_regclass($1) and i.indrelid = to_regclass($2)`,
    [name.replaceAll(/ ?\. ?/g, '.'), table.replaceAll(/ ?\. ?/g, '.')],
  )
  const row = rows[0] as { schema: string; name: string; valid: boolean } | undefined
  return row && { name: `${quoteIdentifier(row.schema)}.${quoteIdentifier(row.name)}`, valid: row.valid }
}
