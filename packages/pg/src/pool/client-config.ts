import type pg from 'pg'
import type { Settings } from '../options.ts'

/** What the settings mean for one connection of pg. */
export function clientConfig(settings: Settings): pg.ClientConfig {
  const { host, port, user, password, database, ssl, prepare } = settings
  return {
    host,
    port,
    user,
    password: password as pg.ClientConfig['password'],
    database,
    ssl,
    keepAlive: true,
    application_name: settings.applicationName,
    // A pooler in transaction mode refuses session settings, as its clients share sessions.
    options: prepare ? sessionOptions(settings) : settings.sessionOptions || undefined,
  }
}

/** Of two for the same setting the later one counts: those of the URL are over our limits, and what the parsers read is over all. */
function sessionOptions({ statementTimeoutMs, idleInTransactionTimeoutMs, sessionOptions }: Settings): string {
  const limits = [
    `statement_timeout=${statementTimeoutMs}`,
    `idle_in_transaction_session_timeout=${idleInTransactionTimeoutMs}`,
  ]
  const formats = ['datestyle=ISO', 'intervalstyle=postgres', 'bytea_output=hex']
  const write = (settings: readonly string[]) => settings.map(setting => `-c ${setting}`)
  return [...write(limits), sessionOptions, ...write(formats)].filter(Boolean).join(' ')
}
