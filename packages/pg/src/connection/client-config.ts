import type pg from 'pg'
import { pgError } from '../errors.ts'
import type { Settings } from './options.ts'
import { passwordInFile } from './password-file.ts'
import { type Target, triedForMs } from './targets.ts'

/** What the settings mean for one connection of pg. */
export function clientConfig(settings: Settings, { host, port }: Target): pg.ClientConfig {
  const { user, password, database, ssl, prepare, passfile } = settings
  const fromFile = passfile === undefined ? undefined : () => passwordInFile(passfile, { host, port, user, database })
  return {
    host,
    port,
    user,
    password: (password ?? fromFile) as pg.ClientConfig['password'],
    database,
    ssl,
    connectionTimeoutMillis: triedForMs(settings.connectTimeoutMs, settings.targets.length),
    keepAlive: true,
    application_name: settings.applicationName,
    // A pooler in transaction mode refuses session settings, as its clients share sessions.
    options: prepare ? sessionOptions(settings) : settings.sessionOptions || undefined,
  }
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
 * Holds a session that takes no settings (`prepare: false`) to the formats that the parsers read: a default of the role
 * or the database may differ, and a value would come out as another.
 *
 * @param query - runs SQL and gives its rows
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
