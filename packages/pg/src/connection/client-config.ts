import { isIP } from 'node:net'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import type pg from 'pg'
import { pgError } from '../errors.ts'
import type { Settings } from './options.ts'
import { passwordInFile } from './password-file.ts'
import { type Target, triedForMs } from './targets.ts'

/** What the settings mean for one connection of pg. */
export function clientConfig(settings: Settings, { host, port, address }: Target): pg.ClientConfig & Unlisted {
  const { user, password, database, prepare } = settings
  // pg looks the password up by the address.
  const passfile = settings.passfile ?? (address === undefined ? undefined : join(homedir(), '.pgpass'))
  const fromFile = passfile === undefined ? undefined : () => passwordInFile(passfile, { host, port, user, database })
  return {
    host: address ?? host,
    port,
    user,
    password: (password ?? fromFile) as pg.ClientConfig['password'],
    database,
    ssl: address === undefined ? settings.ssl : named(settings.ssl, host),
    enableChannelBinding: settings.channelBinding,
    ...(settings.directTls && { sslnegotiation: 'direct' }),
    connectionTimeoutMillis: triedForMs(settings.connectTimeoutMs, settings.targets.length),
    keepAlive: true,
    application_name: settings.applicationName,
    // A pooler in transaction mode rejects session settings, because its clients share sessions.
    options: prepare ? sessionOptions(settings) : settings.sessionOptions || undefined,
  }
}

/** What pg takes and its types leave out. */
interface Unlisted {
  enableChannelBinding?: boolean
  sslnegotiation?: string
}

/** The certificate is that of the name, not of the address that is connected to. */
function named(ssl: Settings['ssl'], servername: string): boolean | ConnectionOptions {
  return ssl === false || isIP(servername) ? ssl : { ...(ssl === true ? {} : ssl), servername }
}

/** The last of several for one setting counts: the URL overrides our limits, and what the parsers rely on overrides all. */
function sessionOptions({ statementTimeoutMs, idleInTransactionTimeoutMs, sessionOptions }: Settings): string {
  const limits = [
    `statement_timeout=${statementTimeoutMs}`,
    `idle_in_transaction_session_timeout=${idleInTransactionTimeoutMs}`,
  ]
  const formats = ['datestyle=ISO', 'intervalstyle=postgres', 'bytea_output=hex', 'extra_float_digits=1']
  const write = (settings: readonly string[]) => settings.map(setting => `-c ${setting}`)
  return [...write(limits), sessionOptions, ...write(formats)].filter(Boolean).join(' ')
}

/**
 * Checks that a session without settings (`prepare: false`) uses the formats that the parsers expect: the defaults of the
 * role or database may differ and would change values.
 *
 * @param query - runs SQL and returns its rows
 * @throws `session_format`
 */
export async function checkFormats(query: (text: string) => Promise<readonly unknown[]>): Promise<void> {
  const rows = await query(
    "select current_setting('datestyle') as datestyle, current_setting('intervalstyle') as intervalstyle, current_setting('extra_float_digits')::int as extra_float_digits",
  )
  const found = rows[0] as { datestyle: string; intervalstyle: string; extra_float_digits: number }
  const refuse = (setting: string, expected: string, value: unknown) =>
    pgError('session_format', { setting, value, expected })
  if (!found.datestyle.startsWith('ISO')) throw refuse('datestyle', 'ISO', found.datestyle)
  if (found.intervalstyle !== 'postgres') throw refuse('intervalstyle', 'postgres', found.intervalstyle)
  if (found.extra_float_digits < 1) throw refuse('extra_float_digits', '1', found.extra_float_digits)
}
