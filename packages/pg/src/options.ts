import type { ConnectionOptions } from 'node:tls'
import { type Dsn, parseDsn } from './dsn.ts'
import { pgError } from './errors.ts'
import type { SqlStateEntry } from './sqlstate.ts'
import type { TypeSettings } from './wire/type-parsers.ts'

export interface PgOptions {
  /** `postgres://user:password@host:5432/database?sslmode=verify-full`, or the parts below. */
  dsn?: string
  host?: string
  port?: number
  user?: string
  /** Or a function that gives it, asked anew for every connection. */
  password?: string | (() => string | Promise<string>)
  database?: string
  ssl?: boolean | ConnectionOptions
  /** Shown in pg_stat_activity. Default `arlen`. */
  applicationName?: string
  /** Connections at most, all uses together. Default 10. */
  max?: number
  /**
   * Connections that plain queries share. Default 2; more are taken, up to `max`, while queries are slow. 0 gives every
   * query a connection of its own.
   */
  lanes?: number
  /** Queries in flight on one shared connection at most. Default 64. */
  depth?: number
  /** How long a query or transaction waits for a connection. Default 5,000. */
  acquireTimeoutMs?: number
  /** How many may wait at once. Default 1,000. */
  maxWaiting?: number
  /** How long connecting may take. Default 5,000. */
  connectTimeoutMs?: number
  /** How long one statement may run (`statement_timeout` of the session); the client gives up a second later. Default 30,000; 0 for no limit. */
  statementTimeoutMs?: number
  /** How long a transaction may sit idle before the server ends it. Default 60,000; 0 for no limit. */
  idleInTransactionTimeoutMs?: number
  /** How long a connection may be unused before it is closed. Default 10,000. */
  idleTimeoutMs?: number
  /** Age at which a connection is replaced. Default 1,800,000 (30 minutes); 0 for never. */
  maxLifetimeMs?: number
  /**
   * Default true: statements are kept prepared on their connection. False where a pooler in transaction mode stands in
   * between: nothing is then kept on a connection, neither statements nor session settings.
   */
  prepare?: boolean
  /** Prepared statements kept on one connection. Default 256. */
  statementCache?: number
  types?: TypeSettings
  /** Codes and statuses of SQLSTATEs, over the built-in table: `{ P0001: { code: 'sold_out', status: 409, detail: 'Sold out.' } }`. */
  sqlstates?: Readonly<Record<string, SqlStateEntry>>
  /** Development: parameters in errors, callers of queries, misuse checks. Default: NODE_ENV is not `production`. */
  debug?: boolean
  /** How often a listening connection asks the server for a sign of life. Default 10,000. */
  heartbeatMs?: number
  /** How long the server may take for it. Default 5,000. */
  heartbeatTimeoutMs?: number
  /** Queries that take longer are reported. Default 1,000; 0 for none. */
  slowQueryMs?: number
}

export interface Settings
  extends Required<Omit<PgOptions, 'dsn' | 'password' | 'ssl' | 'host' | 'port' | 'user' | 'database'>> {
  host: string
  port: number
  user: string
  password: PgOptions['password']
  database: string
  ssl: boolean | ConnectionOptions
  /** `options=` of the URL. */
  sessionOptions: string
}

const NUMBERS = {
  max: 10,
  lanes: 2,
  depth: 64,
  acquireTimeoutMs: 5_000,
  maxWaiting: 1_000,
  connectTimeoutMs: 5_000,
  statementTimeoutMs: 30_000,
  idleInTransactionTimeoutMs: 60_000,
  idleTimeoutMs: 10_000,
  maxLifetimeMs: 1_800_000,
  statementCache: 256,
  heartbeatMs: 10_000,
  heartbeatTimeoutMs: 5_000,
  slowQueryMs: 1_000,
} as const

/** What timers of Node.js and settings of PostgreSQL can count. */
const MOST = 2_147_483_647

const AT_LEAST_ONE: readonly (keyof typeof NUMBERS)[] = [
  'max',
  'depth',
  'acquireTimeoutMs',
  'connectTimeoutMs',
  'statementCache',
  'heartbeatMs',
  'heartbeatTimeoutMs',
]

export function readOptions(given: string | PgOptions): Settings {
  const { dsn, ...options } = typeof given === 'string' ? { dsn: given } : given
  const fromDsn = dsn === undefined ? {} : parseDsn(dsn)
  const seconds = Number(fromDsn.connect_timeout)
  if (seconds > 0) options.connectTimeoutMs ??= seconds * 1_000
  const numbers = {} as Record<keyof typeof NUMBERS, number>
  for (const name of Object.keys(NUMBERS) as (keyof typeof NUMBERS)[]) {
    const value = options[name] ?? NUMBERS[name]
    const least = AT_LEAST_ONE.includes(name) ? 1 : 0
    if (!Number.isInteger(value) || value < least || value > MOST) {
      throw pgError('option_invalid', { option: name, value, expected: `a whole number from ${least} to ${MOST}` })
    }
    numbers[name] = value
  }
  return { ...readTarget(fromDsn, options), ...numbers, ...readRest(fromDsn, options) }
}

function readTarget(
  fromDsn: Dsn,
  options: PgOptions,
): Pick<Settings, 'host' | 'port' | 'user' | 'password' | 'database' | 'ssl'> {
  const user = options.user ?? fromDsn.user ?? process.env.PGUSER ?? process.env.USER ?? 'postgres'
  return {
    host: options.host ?? fromDsn.host ?? process.env.PGHOST ?? 'localhost',
    port: readPort(options.port ?? fromDsn.port ?? process.env.PGPORT ?? 5432),
    user,
    password: options.password ?? fromDsn.password ?? process.env.PGPASSWORD,
    database: options.database ?? fromDsn.database ?? process.env.PGDATABASE ?? user,
    ssl: options.ssl ?? (fromDsn.ssl as Settings['ssl'] | undefined) ?? false,
  }
}

function readPort(given: number | string): number {
  const value = Number(given)
  if (Number.isInteger(value) && value > 0 && value <= 65_535) return value
  throw pgError('option_invalid', { option: 'port', value: given, expected: 'a whole number from 1 to 65535' })
}

function readRest(
  fromDsn: Dsn,
  options: PgOptions,
): Pick<Settings, 'applicationName' | 'sessionOptions' | 'prepare' | 'types' | 'sqlstates' | 'debug'> {
  return {
    applicationName: options.applicationName ?? fromDsn.application_name ?? 'arlen',
    sessionOptions: fromDsn.options ?? '',
    prepare: options.prepare ?? true,
    types: options.types ?? {},
    sqlstates: options.sqlstates ?? {},
    debug: options.debug ?? process.env.NODE_ENV !== 'production',
  }
}

/** Where a pool leads, for messages: `app@db.example:5432/shop`. */
export function targetOf(settings: Pick<Settings, 'user' | 'host' | 'port' | 'database'>): string {
  return `${settings.user}@${settings.host}:${settings.port}/${settings.database}`
}
