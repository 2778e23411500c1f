import type { Socket } from 'node:net'
import pg from 'pg'
import { clientConfig } from '../connection/client-config.ts'
import { connectError } from '../connection/connect-error.ts'
import { readPgOptions, type Settings } from '../connection/options.ts'
import { keepsSession, type Session } from '../connection/pooler.ts'
import { checkRole, Targets } from '../connection/targets.ts'
import { pgError } from '../errors.ts'
import { quoteIdentifier } from '../sql/sql.ts'
import type { MigrateOptions } from './options.ts'

/** The migrator's own connection: session locks and settings must not be shared with a pool. */
export async function connectMigrator(options: Pick<MigrateOptions, 'dsn' | 'schema'>): Promise<pg.Client> {
  const settings = migratorSettings(options)
  // A migration writes, so of several servers it needs the one that accepts writes.
  const attrs = settings.targets.length > 1 ? 'read-write' : settings.targetSessionAttrs
  try {
    return await new Targets(settings.targets, attrs, false).connect(async (target, role) => {
      const client = open(clientConfig(settings, target))
      try {
        await client.connect()
        await checkRole(role, async text => (await client.query(text)).rows)
      } catch (error) {
        await client.end().catch(() => undefined)
        throw connectError(error, { ...settings, targets: [target] })
      }
      await resetSession(client, options.schema)
      return client
    })
  } catch (error) {
    throw connectError(error, settings)
  }
}

/** Without session settings in the startup message, which a pooler rejects with an unhelpful message. */
function migratorSettings({ dsn }: Pick<MigrateOptions, 'dsn'>): Settings {
  return { ...readPgOptions(dsn), prepare: false }
}

const configs = new WeakMap<pg.Client, pg.ClientConfig>()

function open(config: pg.ClientConfig): pg.Client {
  const client = new pg.Client(config)
  client.on('error', () => undefined) // the query in flight rejects
  configs.set(client, config)
  return client
}

/** Another client for the server of a migrator, still to be connected. */
export function beside(client: pg.Client): pg.Client {
  return open(configs.get(client)!)
}

/** Ends a connection at once, whatever it waits for. */
export function cut(client: pg.Client): void {
  internals(client).connection.stream.destroy()
}

/** The process that serves a connection; behind a pooler it is another than the one that the connection names. */
export async function processOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query('select pg_backend_pid() as pid')
  return (rows[0] as { pid: number }).pid
}

/** Refuses a pooler that would give the lock to one session and the migration to another. */
export async function refusePooler(client: pg.Client): Promise<void> {
  const openBeside = async () => {
    const other = beside(client)
    await other.connect()
    return asSession(other)
  }
  if (await keepsSession(asSession(client), openBeside)) return
  await client.query('reset all') // what was set is now someone else's
  throw pgError('migration_pooled')
}

function asSession(client: pg.Client): Session {
  return {
    processId: internals(client).processID,
    rowsOf: async text => (await client.query(text)).rows,
    destroy: () => cut(client),
  }
}

function internals(client: pg.Client): { processID: number; connection: { stream: Socket } } {
  return client as unknown as { processID: number; connection: { stream: Socket } }
}

/** Undoes what a file has SET. Migrations may take any time, whatever the role's own settings are. */
export async function resetSession(client: pg.Client, schema: string | undefined): Promise<void> {
  await client.query(
    "reset all; set application_name = 'arlen migrate'; set statement_timeout = 0; set idle_in_transaction_session_timeout = 0",
  )
  // A killed migrator must not hold lock and statement for longer than this. Not every platform's server supports it.
  await client.query('set client_connection_check_interval = 1000').catch(() => undefined)
  if (schema === undefined) return
  const first = quoteIdentifier(schema)
  await client.query(
    "select set_config('search_path', concat_ws(', ', $1::text, nullif(current_setting('search_path'), '')), false)",
    [first],
  )
}
