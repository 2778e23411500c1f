import type { Socket } from 'node:net'
import pg from 'pg'
import { plainConfig } from '../connection/client-config.ts'
import { quoteIdentifier } from '../sql/sql.ts'

/** What a test that was killed leaves behind has this in its name. */
export const TEST_PREFIX = 'arlen_test_'

/**
 * Holds a lock on a database's name for as long as its owner lives. PostgreSQL lets go of it when the connection ends,
 * also where the process was killed: that is how the next run tells what nobody needs any more.
 *
 * @returns what lets go of it
 */
export async function own(server: string, name: string): Promise<() => Promise<void>> {
  const client = new pg.Client(plainConfig(server))
  client.on('error', () => undefined) // the server was stopped: so is everything that is owned
  await client.connect()
  await client.query('select pg_advisory_lock(hashtextextended($1, 1))', [name])
  // The process may end without saying goodbye; an idle connection must not keep it alive.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  stream.unref()
  return () => {
    stream.ref()
    return client.end()
  }
}

const swept = new Map<string, Promise<void>>()

/** Drops the databases of tests whose process is gone; once in each process and server. */
export function sweep(server: string): Promise<void> {
  const known = swept.get(server) ?? dropOrphans(server)
  swept.set(server, known)
  return known
}

async function dropOrphans(server: string): Promise<void> {
  const client = new pg.Client(plainConfig(server))
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      'select datname as name from pg_database where starts_with(datname, $1)',
      [TEST_PREFIX],
    )
    for (const { name } of rows) await dropIfOrphan(client, name)
  } finally {
    await client.end()
  }
}

async function dropIfOrphan(client: pg.Client, name: string): Promise<void> {
  const { rows } = await client.query<{ free: boolean }>(
    'select pg_try_advisory_lock(hashtextextended($1, 1)) as free',
    [name],
  )
  if (!rows[0]?.free) return
  try {
    await client.query(`drop database if exists ${quoteIdentifier(name)} with (force)`)
  } catch {
    // another run is dropping it, or may not
  } finally {
    await client.query('select pg_advisory_unlock(hashtextextended($1, 1))', [name])
  }
}
