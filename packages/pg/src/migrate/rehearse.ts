import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { PgOptions } from '../connection/options.ts'
import { pgError } from '../errors.ts'
import { oneLine } from '../sql/one-line.ts'
import { quoteIdentifier } from '../sql/sql.ts'
import type { ServerMessage } from '../wire/server-message.ts'
import { applyStep } from './apply.ts'
import { connectMigrator } from './connection.ts'
import { createDatabaseLike } from './copy-database.ts'
import { dumpSchema } from './dump-schema.ts'
import type { Migration } from './files.ts'
import type { MigrateOptions, MigrationEvent } from './options.ts'
import { TABLE, withLedger } from './run.ts'
import { runText } from './run-text.ts'
import { differencesOf, readSchemaFacts, type SchemaFacts } from './schema-facts.ts'
import { sharedChange, statementsByRows } from './unrehearsable.ts'

/** Errors that mean that this user cannot create a database. */
const NO_RIGHT = ['42501', '53300', '53100', '0A000']

/** A rehearsal: the target, the files, and the database that stands in for the target. */
interface Rehearsal {
  client: pg.Client
  applied: readonly Migration[]
  pending: readonly Migration[]
  options: MigrateOptions
  /** The same for the copy. */
  copy: MigrateOptions
  /** What the target consists of. */
  facts: SchemaFacts
}

/**
 * Applies the pending migrations to a database with the schema of the target, which is dropped again: a dump of it, or, where
 * pg_dump is missing, what the applied migrations make, if that is the same. The target itself is not changed, and locked only
 * as any reader locks it. Rows are not copied: `rehearsed` events name the statements that depend on them.
 *
 * @throws `migration_failed` for a pending migration that fails; `migration_unrehearsed` where it cannot be told
 */
export async function rehearse(
  client: pg.Client,
  migrations: readonly Migration[],
  pending: readonly Migration[],
  options: MigrateOptions,
): Promise<void> {
  for (const { file, up } of pending) refuseShared(file, up)
  const database = `arlen_rehearsal_${randomBytes(6).toString('hex')}`
  const schema = options.schema ?? (await currentSchema(client))
  const copy = { ...options, schema, dsn: { ...asOptions(options.dsn), database } }
  const applied = migrations.filter(migration => !pending.includes(migration))
  const rehearsal = { client, applied, pending, options, copy, facts: await readSchemaFacts(client) }
  try {
    await makeCopy(rehearsal, database)
    await applyAll(rehearsal, pending, { onEvent: (event, { up }) => tell(event, up, options) })
  } finally {
    await client.query(`drop database if exists ${quoteIdentifier(database)} with (force)`)
  }
}

async function makeCopy(rehearsal: Rehearsal, database: string): Promise<void> {
  await createDatabase(rehearsal, database)
  let noDump: string
  try {
    await restore(rehearsal, await dumpSchema(rehearsal.client, rehearsal.options))
    return
  } catch (error) {
    rehearsal.options.signal?.throwIfAborted()
    noDump = oneLine((error as Error).message)
  }
  await rehearsal.client.query(`drop database ${quoteIdentifier(database)} with (force)`)
  await createDatabase(rehearsal, database)
  await replay(rehearsal, noDump)
}

async function createDatabase({ client }: Rehearsal, database: string): Promise<void> {
  try {
    await createDatabaseLike(client, database)
  } catch (error) {
    const { code = '', message } = error as ServerMessage
    if (!NO_RIGHT.includes(code)) throw error
    throw unrehearsed(
      `no database to rehearse on can be made (${message}). Give this user CREATEDB, or rehearse elsewhere`,
    )
  }
}

async function restore({ copy, facts }: Rehearsal, dump: string): Promise<void> {
  const own = await connectMigrator({ dsn: copy.dsn })
  try {
    // A dump relies on the schema that every new database has, unless the target's was recreated.
    if (!facts.has('schema public') || /^CREATE SCHEMA public;/m.test(dump)) await own.query('drop schema public')
    await runText(own, dump)
  } finally {
    await own.end()
  }
}

/** Only if the files make what is there does a run of them say something about the target. */
async function replay(rehearsal: Rehearsal, noDump: string): Promise<void> {
  const { applied, facts, copy } = rehearsal
  const refuse = (reason: string) => unrehearsed(`${reason}. Its schema could not be copied either: ${noDump}`)
  for (const { file, up } of applied) {
    const change = sharedChange(up)
    if (change !== undefined) throw refuse(`${file}, which is applied here, cannot run again: ${oneLine(change)}`)
  }
  const onError = (error: Error, { file }: Migration) =>
    refuse(`on an empty database, ${file}, which is applied here, already fails: ${oneLine(error.message)}`)
  await applyAll(rehearsal, applied, { onError })
  const own = await connectMigrator({ dsn: copy.dsn })
  const made = await readSchemaFacts(own).finally(() => own.end())
  const differences = differencesOf(facts, made).filter(difference => matters(difference, rehearsal, made))
  if (differences.length === 0) return
  const more = differences.length > SHOWN ? ` and ${differences.length - SHOWN} more` : ''
  throw refuse(
    `this database is not what its applied migrations make: ${differences.slice(0, SHOWN).join(', ')}${more}`,
  )
}

const SHOWN = 5

/** The schema that is migrated counts, and those that its migrations make; what stands in others they may not even use. */
function matters(difference: string, { copy, pending }: Rehearsal, made: SchemaFacts): boolean {
  const [kind, name = ''] = difference.split(' ', 2)
  if (kind === 'extension') return pending.some(({ up }) => up.includes(name))
  const [space, object = ''] = name.split('.')
  const ledger = copy.table?.split('.').at(-1) ?? TABLE
  if (kind === 'schema' || object === ledger || object === `${ledger}_pkey`) return false
  return space === (copy.schema ?? 'public') || made.has(`schema ${space}`)
}

interface Reactions {
  onEvent?: (event: MigrationEvent, migration: Migration) => void
  onError?: (error: Error, migration: Migration) => Error
}

async function applyAll(
  { copy, options }: Rehearsal,
  migrations: readonly Migration[],
  { onEvent, onError }: Reactions,
): Promise<void> {
  await withLedger(copy, async (client, ledger) => {
    await ledger.create(copy.schema)
    for (const migration of migrations) {
      options.signal?.throwIfAborted()
      const told = { ...copy, onEvent: onEvent && ((event: MigrationEvent) => onEvent(event, migration)) }
      await applyStep({ client, ledger, migration, direction: 'up', options: told }).catch((error: Error) => {
        throw onError?.(error, migration) ?? error
      })
    }
  })
}

/** @throws `migration_unrehearsed` */
function refuseShared(file: string, text: string): void {
  const change = sharedChange(text)
  if (change === undefined) return
  throw unrehearsed(
    `${file} changes what all databases of the server share, and a copy cannot keep it: ${oneLine(change)}`,
  )
}

function unrehearsed(reason: string): Error {
  return pgError('migration_unrehearsed', { reason })
}

function tell(event: MigrationEvent, up: string, { onEvent }: MigrateOptions): void {
  if (event.type !== 'done') return onEvent?.(event)
  onEvent?.({ ...event, type: 'rehearsed', byRows: statementsByRows(up) })
}

function asOptions(dsn: string | PgOptions): PgOptions {
  return typeof dsn === 'string' ? { dsn } : dsn
}

async function currentSchema(client: pg.Client): Promise<string | undefined> {
  const { rows } = await client.query('select current_schema() as name')
  const { name } = rows[0] as { name: string | null }
  return name === null || name === 'public' ? undefined : name
}
