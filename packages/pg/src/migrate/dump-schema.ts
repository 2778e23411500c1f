import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type pg from 'pg'
import { parseDsn } from '../connection/dsn.ts'
import { environmentOf } from '../connection/parameters.ts'
import { lockTimeout } from './apply.ts'
import { findPgDump } from './find-pg-dump.ts'
import type { MigrateOptions } from './options.ts'

const run = promisify(execFile)
const MEBIBYTE = 1_048_576

/**
 * The schema of a database as SQL, by pg_dump. It reads the catalog only, and gives up rather than wait for a lock any longer
 * than a migration does.
 *
 * @throws Error that says why there is none, in one line
 */
export async function dumpSchema(client: pg.Client, options: MigrateOptions): Promise<string> {
  const environment = await environmentFor(client, options)
  const { rows } = await client.query("select current_setting('server_version_num')::int / 10000 as major")
  const program = await findPgDump((rows[0] as { major: number }).major, process.env, [])
  const limit = `--lock-wait-timeout=${lockTimeout(options) || 3_000}`
  try {
    const { stdout } = await run(program, ['--schema-only', '--no-subscriptions', limit], {
      env: { ...process.env, ...environment },
      maxBuffer: 256 * MEBIBYTE,
      signal: options.signal,
    })
    // Commands of psql, by which it keeps what a hostile server sends from being run by psql.
    return stdout.replace(/^\\(?:un)?restrict .*$/gm, '')
  } catch (error) {
    options.signal?.throwIfAborted()
    const said = String((error as { stderr?: string }).stderr ?? '').trim()
    throw new Error(`pg_dump failed: ${said.split('\n')[0] || (error as Error).message}`)
  }
}

/** The connection that there is, with the encryption that the connection string asks for. */
async function environmentFor(client: pg.Client, { dsn }: MigrateOptions): Promise<Record<string, string>> {
  const text = typeof dsn === 'string' ? dsn : dsn.dsn
  if (typeof dsn !== 'string' && dsn.ssl !== undefined) throw new Error('pg_dump takes no TLS settings of Node.js')
  const { hostaddr: _address, passfile, ...said } = text === undefined ? {} : parseDsn(text)
  const { host, port, user, database } = client
  const password = typeof client.password === 'string' ? client.password : undefined
  return environmentOf({
    ...said,
    ...(passfile !== undefined && { passfile }),
    host,
    port: String(port),
    user: user!,
    dbname: database!,
    ...(password !== undefined && { password }),
  })
}
