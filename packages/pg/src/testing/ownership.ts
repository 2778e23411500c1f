import type { Socket } from 'node:net'
import type pg from 'pg'
import { openClient } from '../connection/open-client.ts'
import { quoteIdentifier } from '../sql/sql.ts'

/** Part of the names of test databases, so that leftovers of a killed test can be found. */
export const TEST_PREFIX = 'arlen_test_'

/**
 * Holds a lock on a database's name while its owner lives. PostgreSQL releases it when the connection ends, even if the
 * process was killed: that is how the next run finds the leftovers.
 *
 * @returns a function that releases it
 */
export async function own(server: string, name: string): Promise<() => Promise<void>> {
  const client = await openClient(server)
  client.on('error', () => undefined) // the server was stopped: so is everything that is owned
  await client.query('select pg_advisory_lock(hashtextextended($1, 1))', [name])
  // An idle connection must not keep the process alive, which may end without closing it.
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection
  stream.unref()
  return () => {
    stream.ref()
    return client.end()
  }
}

const swept = new Map<string, Promise<void>>()

/** Drops the databases of tests whose process is gone, once per process and server. */
export function sweep(server: string): Promise<void> {
  const known = swept.get(server) ?? dropOrphans(server)
  swept.set(server, known)
  return known
}

async function dropOrphans(server: string): Promise<void> {
  const client = await openClient(server)
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
    // another run is dropping it, or this one may not
  } finally {
    await client.query('select pg_advisory_unlock(hashtextextended($1, 1))', [name])
  }
}
