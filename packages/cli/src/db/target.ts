import { environmentOf, type Parameters, parseDsn, writeUri } from '@arlen/pg/connection'
import { cliError } from '../errors.ts'

/** The database that a command works on. */
export interface Target {
  dsn: string
  /** The same, with libpq's names. */
  parameters: Parameters
  /** Its name. */
  name: string
  /** `db.example.com:5432`, or a socket folder. */
  server: string
  /** Whether the server is on this machine. */
  isLocal: boolean
}

const LOCAL = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|\/.*)$/

/** @throws ArlenError `dsn_invalid` for a text that is not a connection string, or names no database */
export function targetOf(dsn: string): Target {
  const parameters = parseDsn(dsn)
  const { host = parameters.hostaddr ?? 'localhost', port, dbname: name } = parameters
  if (name === undefined) throw cliError('dsn_invalid')
  const isLocal = host.split(',').every(one => LOCAL.test(one))
  return { dsn, parameters, name, server: port ? `${host}:${port}` : host, isLocal }
}

/** The same server, through a database that exists. */
export function maintenanceDsn({ parameters }: Target): string {
  return writeUri({ ...parameters, dbname: 'postgres' })
}

/** libpq's settings for PostgreSQL programs: a password in the arguments would be visible to every user. */
export function libpqEnvironment({ parameters }: Target): Record<string, string> {
  return environmentOf(parameters)
}

/**
 * Refuses to destroy data in production and, in development, on a server on another machine: `DATABASE_URL` may be that of
 * production.
 *
 * @throws ArlenError `production_refused`
 */
export async function refuseProduction(
  { name, server, isLocal }: Target,
  { action, environment, allowed }: { action: string; environment: string; allowed: boolean },
): Promise<void> {
  if (allowed) return
  const { isProduction } = await import('arlen')
  const reason = isProduction(environment)
    ? `the environment is ${environment}`
    : isLocal || environment === 'test'
      ? undefined
      : `${server} is another machine`
  if (reason !== undefined) throw cliError('production_refused', { action, name, reason })
}
