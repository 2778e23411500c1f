import type { ConnectionOptions } from 'node:tls'
import { suggest } from '@arlen/core/options'
import { type Dsn, parseDsn } from './dsn.ts'
import { pgError } from './errors.ts'
import { POOL_SETTINGS, type PoolSetting, type PoolSettings, TYPE_SETTINGS } from './pool-options.ts'
import type { SqlStateEntry } from './sqlstate.ts'
import type { TypeSettings } from './wire/type-parsers.ts'

/** Where to connect, and how. Every member may be left out. */
export interface PgOptions extends Partial<PoolSettings> {
  /** `postgres://user:password@host:5432/database?sslmode=verify-full`, or the parts below, which override it. */
  dsn?: string
  host?: string
  port?: number
  user?: string
  /** A function is called anew for every connection, such as for tokens that expire. */
  password?: string | (() => string | Promise<string>)
  database?: string
  ssl?: boolean | ConnectionOptions
  /** How int8, timestamptz, json and further types are read. */
  types?: TypeSettings
  /** Codes and statuses for SQLSTATEs, over the built-in table: `{ P0001: { code: 'sold_out', status: 409, detail: 'Sold out.' } }`. */
  sqlstates?: Readonly<Record<string, SqlStateEntry>>
  /** Development: parameters in errors, callers of queries, misuse checks. Default: NODE_ENV is not `production`. */
  debug?: boolean
}

/** The options of a pool once they are read: nothing is left to default. */
export interface Settings extends PoolSettings {
  host: string
  port: number
  user: string
  password: PgOptions['password']
  database: string
  ssl: boolean | ConnectionOptions
  types: TypeSettings
  sqlstates: Readonly<Record<string, SqlStateEntry>>
  debug: boolean
  /** `options=` of the URL. */
  sessionOptions: string
}

/** The largest number that timers of Node.js and settings of PostgreSQL take. */
const MAX_COUNT = 2_147_483_647

const CONNECTION_OPTIONS = ['dsn', 'host', 'port', 'user', 'password', 'database', 'ssl', 'types', 'sqlstates', 'debug']
const TYPE_OPTIONS = [...Object.keys(TYPE_SETTINGS), 'custom']

/**
 * Reads the options of a pool.
 *
 * @throws ArlenError `option_invalid` for an unknown name or a value out of range, `dsn_invalid` for the URL
 */
export function readOptions(given: string | PgOptions): Settings {
  const { dsn, ...options } = typeof given === 'string' ? { dsn: given } : given
  refuseUnknown(options, [...CONNECTION_OPTIONS, ...Object.keys(POOL_SETTINGS)], '')
  refuseUnknown(options.types ?? {}, TYPE_OPTIONS, 'types.')
  for (const [name, { choices }] of Object.entries(TYPE_SETTINGS)) {
    const value = options.types?.[name as keyof typeof TYPE_SETTINGS]
    if (value !== undefined && !(choices as readonly string[]).includes(value))
      refuse(`types.${name}`, value, choices.join(', '))
  }
  const fromDsn = dsn === undefined ? {} : parseDsn(dsn)
  const seconds = Number(fromDsn.connect_timeout)
  if (seconds > 0) options.connectTimeoutMs ??= seconds * 1_000
  if (fromDsn.application_name) options.applicationName ??= fromDsn.application_name
  const pool = Object.entries(POOL_SETTINGS).map(([name, setting]) => [name, readSetting(name, setting, options)])
  return {
    ...readTarget(fromDsn, options),
    ...(Object.fromEntries(pool) as PoolSettings),
    types: options.types ?? {},
    sqlstates: options.sqlstates ?? {},
    debug: options.debug ?? process.env.NODE_ENV !== 'production',
    sessionOptions: fromDsn.options ?? '',
  }
}

function refuseUnknown(given: object, known: readonly string[], path: string): void {
  const unknown = Object.keys(given).find(name => !known.includes(name))
  if (unknown === undefined) return
  const meant = suggest(unknown, known)
  throw pgError('option_unknown', {
    option: path + unknown,
    advice: meant ? `Did you mean ${path}${meant}?` : `Known are ${known.join(', ')}.`,
  })
}

function readSetting(name: string, setting: PoolSetting, options: PgOptions): unknown {
  const value = options[name as keyof PoolSettings] ?? setting.default
  switch (setting.kind) {
    case 'count': {
      const inRange = Number.isInteger(value) && Number(value) >= setting.min && Number(value) <= MAX_COUNT
      return inRange ? value : refuse(name, value, `a whole number from ${setting.min} to ${MAX_COUNT}`)
    }
    case 'flag':
      return typeof value === 'boolean' ? value : refuse(name, value, 'true or false')
    case 'text':
      return typeof value === 'string' ? value : refuse(name, value, 'a string')
  }
}

function refuse(option: string, value: unknown, expected: string): never {
  throw pgError('option_invalid', { option, value, expected })
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
  return refuse('port', given, 'a whole number from 1 to 65535')
}

/** Where a pool leads, for messages: `app@db.example:5432/shop`. */
export function targetOf(settings: Pick<Settings, 'user' | 'host' | 'port' | 'database'>): string {
  return `${settings.user}@${settings.host}:${settings.port}/${settings.database}`
}
