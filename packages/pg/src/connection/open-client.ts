import type pg from 'pg'
import type { Wire } from '../wire/connection.ts'
import { clientConfig } from './client-config.ts'
import { connectError } from './connect-error.ts'
import { readPgOptions } from './options.ts'

/**
 * Connects a client of pg's own to the first server of a connection string, without settings of the session. The caller
 * ends it.
 *
 * @throws `dsn_invalid`, `option_invalid`, or `connect_failed`, after which nothing stays open
 */
export async function openClient(dsn: string): Promise<pg.Client> {
  const settings = { ...readPgOptions(dsn), prepare: false }
  const { Client } = (await import('pg')).default
  const client = new Client(clientConfig(settings, settings.targets[0]!))
  try {
    await client.connect()
    return client
  } catch (error) {
    // Where it is pg that gives up, as without a password, it leaves the connection open.
    ;(client as unknown as { connection: Wire }).connection.stream.destroy()
    throw connectError(error, settings)
  }
}
