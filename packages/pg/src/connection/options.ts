import type { ConnectionOptions } from 'node:tls'
import { invalidOption, type OptionRule, type OptionTable, option, readOptions } from '@arlen/core/options'
import type { SqlStateEntry } from '../server-errors/sqlstate.ts'
import type { TypeSettings } from '../wire/type-parsers.ts'
import { type Dsn, parseDsn, sslOfEnvironment } from './dsn.ts'
import { POOL_SETTINGS, type PoolSetting, type PoolSettings, TYPE_SETTINGS } from './pool-options.ts'

/** Where to connect, and how. Every member may be left out. */
export interface PgOptions extends Partial<PoolSettings> {
  /** `postgres://user:password@host:5432/database?sslmode=verify-full`, or the parts below, which override it. */
  dsn?: string
  host?: string
  port?: number
  user?: string
  /** A function is called for every new connection, such as for tokens that expire. */
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
  /** `options=` of the URL, or `PGOPTIONS`. */
  sessionOptions: string
}

/** The largest number that timers of Node.js and settings of PostgreSQL take. */
const MAX_COUNT = 2_147_483_647

const OPTIONS: OptionTable<PgOptions> = {
  dsn: option.string,
  host: option.string,
  port: option.either(option.integer(1, 65_535), option.string),
  user: option.string,
  password: option.either(option.string, option.func),
  database: option.string,
  ssl: option.either(option.boolean, option.object),
  debug: option.boolean,
  sqlstates: option.recordOf(option.object),
  types: option.nested<TypeSettings>({
    ...eachOf(TYPE_SETTINGS, ({ choices }) => option.oneOf(...choices)),
    custom: option.object,
  }),
  ...eachOf(POOL_SETTINGS, ruleOf),
}

function ruleOf(setting: PoolSetting): OptionRule {
  if (setting.kind === 'count') return option.integer(setting.min, MAX_COUNT)
  return setting.kind === 'flag' ? option.boolean : option.string
}

function eachOf<K extends string, V, R>(table: Readonly<Record<K, V>>, fn: (value: V) => R): Record<K, R> {
  return Object.fromEntries(Object.entries<V>(table).map(([name, value]) => [name, fn(value)])) as Record<K, R>
}

/**
 * Reads the options of a pool.
 *
 * @throws ArlenError `option_unknown` for a name that does not exist, `option_invalid` for a value out of range,
 *   `dsn_invalid` for the URL
 */
export function readPgOptions(given: string | PgOptions): Settings {
  const { dsn, ...options } = readOptions('createPg()', typeof given === 'string' ? { dsn: given } : given, OPTIONS)
  const fromDsn = dsn === undefined ? {} : parseDsn(dsn)
  const seconds = Number(fromDsn.connect_timeout)
  if (seconds > 0) options.connectTimeoutMs ??= seconds * 1_000
  if (fromDsn.application_name) options.applicationName ??= fromDsn.application_name
  const pool = Object.entries(POOL_SETTINGS).map(([name, setting]) => {
    return [name, options[name as keyof PoolSettings] ?? setting.default]
  })
  return {
    ...readTarget(fromDsn, options),
    ...(Object.fromEntries(pool) as PoolSettings),
    types: options.types ?? {},
    sqlstates: options.sqlstates ?? {},
    debug: options.debug ?? process.env.NODE_ENV !== 'production',
    sessionOptions: fromDsn.options ?? process.env.PGOPTIONS ?? '',
  }
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
    ssl:
      options.ssl ?? ((fromDsn.ssl ?? sslOfEnvironment(process.env.PGSSLMODE)) as Settings['ssl'] | undefined) ?? false,
  }
}

function readPort(given: number | string): number {
  const value = Number(given)
  if (Number.isInteger(value) && value > 0 && value <= 65_535) return value
  throw invalidOption('createPg()', 'port', `must be a whole number from 1 to 65535, not ${given}`)
}

/** Where a pool leads, for messages: `app@db.example:5432/shop`. */
export function targetOf(settings: Pick<Settings, 'user' | 'host' | 'port' | 'database'>): string {
  return `${settings.user}@${settings.host}:${settings.port}/${settings.database}`
}
