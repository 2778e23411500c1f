import type { ConnectionOptions } from 'node:tls'
import { invalidOption, type OptionRule, type OptionTable, option, readOptions } from '@arlen/core/options'
import { pgError } from '../errors.ts'
import type { SqlStateEntry } from '../server-errors/sqlstate.ts'
import type { TypeSettings } from '../wire/type-parsers.ts'
import { readParameters } from './dsn.ts'
import type { Parameters } from './parameters.ts'
import { POOL_SETTINGS, type PoolSetting, type PoolSettings, TYPE_SETTINGS } from './pool-options.ts'
import { SESSION_ATTRS, type Target, type TargetSessionAttrs } from './targets.ts'
import { tlsOf } from './tls.ts'

/** Where and how to connect. Every member is optional. */
export interface PgOptions extends Partial<PoolSettings> {
  /**
   * `postgres://user:password@host:5432/database?sslmode=verify-full`, or `host=… dbname=…` as PostgreSQL's own library takes
   * it; or the parts below, which override it.
   */
  dsn?: string
  /** One host, or several separated by commas, which are tried in order. */
  host?: string
  /** One port for all hosts, or one for each, separated by commas. */
  port?: number | string
  /** Which of several servers is acceptable. Default `any`. */
  targetSessionAttrs?: TargetSessionAttrs
  user?: string
  /** A function is called for every new connection, for example for tokens that expire. */
  password?: string | (() => string | Promise<string>)
  database?: string
  ssl?: boolean | ConnectionOptions
  /** How int8, timestamptz, json and additional types are parsed. */
  types?: TypeSettings
  /** Codes and statuses for SQLSTATEs, over the built-in table: `{ P0001: { code: 'sold_out', status: 409, detail: 'Sold out.' } }`. */
  sqlstates?: Readonly<Record<string, SqlStateEntry>>
  /**
   * The standby for `db.read`: a URL, or options that override these. Of several servers, a standby is preferred; `max` and
   * similar options apply to this pool alone.
   */
  read?: string | Omit<PgOptions, 'read'>
  /**
   * Development: parameters in errors, callers of queries, misuse checks. Default: whether NODE_ENV is not `production`.
   */
  debug?: boolean
}

/** The options of a pool with all defaults filled in. */
export interface Settings extends PoolSettings {
  targets: readonly Target[]
  targetSessionAttrs: TargetSessionAttrs
  /** Starts with a random server instead of the first. */
  balanced: boolean
  passfile: string | undefined
  user: string
  password: PgOptions['password']
  database: string
  ssl: boolean | ConnectionOptions
  /** Ties the password's proof to the certificate, where the server offers that (SCRAM-SHA-256-PLUS). */
  channelBinding: boolean
  /** Begins with TLS instead of asking for it first. */
  directTls: boolean
  types: TypeSettings
  sqlstates: Readonly<Record<string, SqlStateEntry>>
  read: Settings | undefined
  debug: boolean
  /** `options` of the connection string, or `PGOPTIONS`. */
  sessionOptions: string
}

/** The largest number that Node.js timers and PostgreSQL settings accept. */
const MAX_COUNT = 2_147_483_647

const OPTIONS: OptionTable<PgOptions> = {
  dsn: option.string,
  host: option.string,
  port: option.either(option.integer(1, 65_535), option.string),
  targetSessionAttrs: option.oneOf(...SESSION_ATTRS),
  user: option.string,
  password: option.either(option.string, option.func),
  database: option.string,
  ssl: option.either(option.boolean, option.object),
  debug: option.boolean,
  read: option.either(option.string, option.object),
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
 * @throws ArlenError `option_unknown` for an unknown name, `option_invalid` for an invalid value, `dsn_invalid` for the URL
 */
export function readPgOptions(given: string | PgOptions): Settings {
  const { dsn, ...options } = readOptions('createPg()', typeof given === 'string' ? { dsn: given } : given, OPTIONS)
  const parameters = readParameters(dsn, process.env)
  const seconds = Number(parameters.connect_timeout)
  if (seconds > 0) options.connectTimeoutMs ??= seconds * 1_000
  if (parameters.application_name) options.applicationName ??= parameters.application_name
  const pool = Object.entries(POOL_SETTINGS).map(([name, setting]) => {
    return [name, options[name as keyof PoolSettings] ?? setting.default]
  })
  return {
    ...readTarget(parameters, options),
    ...(Object.fromEntries(pool) as PoolSettings),
    types: options.types ?? {},
    sqlstates: options.sqlstates ?? {},
    read:
      options.read === undefined
        ? undefined
        : readStandby(options.read, { ...options, ...(dsn !== undefined && { dsn }) }),
    debug: options.debug ?? process.env.NODE_ENV !== 'production',
    sessionOptions: parameters.options ?? '',
  }
}

/** The reading pool uses the settings of the writing pool unless it has its own. */
function readStandby(given: string | Omit<PgOptions, 'read'>, options: PgOptions): Settings {
  const own = typeof given === 'string' ? { dsn: given } : given
  const { read: _read, targetSessionAttrs: _attrs, ...inherited } = options
  const { dsn: _dsn, host: _h, port: _p, user: _u, password: _w, database: _d, ssl: _s, ...pool } = inherited
  // A URL of its own replaces everything about the server.
  const settings = readPgOptions({ ...(own.dsn === undefined ? inherited : pool), ...own })
  return settings.targetSessionAttrs === 'any' ? { ...settings, targetSessionAttrs: 'prefer-standby' } : settings
}

type TargetSettings = Omit<Settings, keyof PoolSettings | 'types' | 'sqlstates' | 'read' | 'debug' | 'sessionOptions'>

function readTarget(parameters: Parameters, options: PgOptions): TargetSettings {
  const user = options.user ?? parameters.user ?? process.env.USER ?? 'postgres'
  const ssl = options.ssl ?? readTls(parameters) ?? false
  return {
    targets: readServers(
      options.host ?? parameters.host ?? '',
      options.host === undefined ? (parameters.hostaddr ?? '') : '',
      String(options.port ?? parameters.port ?? 5432),
    ),
    targetSessionAttrs: options.targetSessionAttrs ?? (parameters.target_session_attrs as TargetSessionAttrs) ?? 'any',
    balanced: parameters.load_balance_hosts === 'random',
    passfile: parameters.passfile,
    user,
    password: options.password ?? parameters.password,
    database: options.database ?? parameters.dbname ?? user,
    ssl,
    channelBinding: ssl !== false && ['prefer', 'require'].includes(parameters.channel_binding ?? ''),
    directTls: ssl !== false && parameters.sslnegotiation === 'direct',
  }
}

function readTls(parameters: Parameters): Settings['ssl'] | undefined {
  try {
    return tlsOf(parameters)
  } catch (error) {
    throw pgError('dsn_invalid', { dsn: '…', reason: (error as Error).message })
  }
}

/** `a,b` and `5432`, or `a,b` and `5432,5433`; addresses where the names are not to be resolved, one for each. */
function readServers(hosts: string, addresses: string, ports: string): Target[] {
  const [names, numbers, found] = [hosts.split(','), ports.split(','), addresses.split(',')]
  const count = addresses === '' ? names.length : found.length
  if (addresses !== '' && hosts !== '' && names.length !== count) {
    throw invalidOption('createPg()', 'hostaddr', `must be one for each of the ${names.length} hosts`)
  }
  if (numbers.length > 1 && numbers.length !== count) {
    throw invalidOption('createPg()', 'port', `must be one for all hosts, or one for each of the ${count}`)
  }
  return Array.from({ length: count }, (_, i) => ({
    host: names[i] || found[i] || 'localhost',
    port: readPort((numbers.length === 1 ? numbers[0] : numbers[i]) || 5432),
    ...(found[i] ? { address: found[i] } : {}),
  }))
}

function readPort(given: number | string): number {
  const value = Number(given)
  if (Number.isInteger(value) && value > 0 && value <= 65_535) return value
  throw invalidOption('createPg()', 'port', `must be a whole number from 1 to 65535, not ${given}`)
}

/** The target of a pool, for messages: `app@db.example:5432/shop`. */
export function targetOf({ user, targets, database }: Pick<Settings, 'user' | 'targets' | 'database'>): string {
  return `${user}@${targets.map(({ host, port }) => `${host}:${port}`).join(',')}/${database}`
}
