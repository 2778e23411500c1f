import { cliError } from '../errors.ts'

/** The database that a command is about. */
export interface Target {
  dsn: string
  /** Its name. */
  name: string
  /** `db.example.com:5432`, or a socket folder. */
  server: string
  /** Whether the server is this machine. */
  isLocal: boolean
}

const LOCAL = /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?|\/.*)$/

/** @throws ArlenError `dsn_invalid` for what is no connection URI with a database */
export function targetOf(dsn: string): Target {
  const url = URL.canParse(dsn) ? new URL(dsn) : undefined
  const name = url && decodeURIComponent(url.pathname.slice(1))
  if (!url || !/^postgres(?:ql)?:$/.test(url.protocol) || !name) throw cliError('dsn_invalid')
  const host = decodeURIComponent(url.hostname) || url.searchParams.get('host') || 'localhost'
  return { dsn, name, server: url.port ? `${host}:${url.port}` : host, isLocal: LOCAL.test(host) }
}

/** The same server, by a database that is there. */
export function maintenanceDsn({ dsn }: Target): string {
  const url = new URL(dsn)
  url.pathname = '/postgres'
  return url.href
}

/** The settings of libpq for the programs of PostgreSQL: a password in the arguments would be seen by every user. */
export function libpqEnvironment({ dsn, name }: Target): Record<string, string> {
  const url = new URL(dsn)
  const part = (text: string) => decodeURIComponent(text)
  return Object.fromEntries(
    Object.entries({
      PGHOST: part(url.hostname).replace(/^\[|\]$/g, '') || (url.searchParams.get('host') ?? ''),
      PGPORT: url.port,
      PGUSER: part(url.username),
      PGPASSWORD: part(url.password),
      PGDATABASE: name,
      PGSSLMODE: url.searchParams.get('sslmode') ?? '',
      PGSSLROOTCERT: url.searchParams.get('sslrootcert') ?? '',
    }).filter(([, value]) => value !== ''),
  )
}

/**
 * Refuses to destroy data in production, and, in development, on a server that is another machine: `DATABASE_URL` may be
 * that of production.
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
