import { parse } from 'pg-connection-string'
import { pgError } from './errors.ts'

/** What a URL says. */
export interface Dsn {
  host?: string
  port?: string
  user?: string
  password?: string
  database?: string
  application_name?: string
  /** Settings of the session: `-c search_path=shop`. */
  options?: string
  /** In seconds. */
  connect_timeout?: string
  ssl?: unknown
}

const READ = ['host', 'port', 'user', 'password', 'database', 'application_name', 'options', 'connect_timeout', 'ssl']
const TLS = ['sslmode', 'sslcert', 'sslkey', 'sslrootcert', 'uselibpqcompat']
/** Taken and left alone: what they ask for happens anyway, or has no counterpart in Node.js. */
const HARMLESS =
  /^(?:db|encoding|client_encoding|channel_binding|gssencmode|fallback_application_name|keepalives\w*|tcp_user_timeout)$/
const SSLMODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

/**
 * Reads `postgres://user:password@host:5432/database?…`. A parameter that is not known is refused, as PostgreSQL's own
 * library does: what is misspelled could be what was to encrypt the connection.
 */
export function parseDsn(given: string): Dsn {
  const dsn = given.trim()
  const refuse = (reason: string, cause?: unknown) =>
    pgError('dsn_invalid', { dsn: hidePassword(dsn), reason: reason.replaceAll(dsn, '…') }, { cause })
  if (!/^(postgres|postgresql|socket):/.test(dsn)) throw refuse('it does not begin with postgres://')
  if (/^\w+:\/\/[^/?]*,/.test(dsn)) throw refuse('it names several hosts, and one is what can be connected to')
  const query = new URLSearchParams(/\?(.*)$/s.exec(dsn)?.[1])
  for (const name of query.keys()) {
    if (!READ.includes(name) && !TLS.includes(name) && !HARMLESS.test(name)) throw refuse(adviceOn(name))
  }
  const mode = query.get('sslmode')
  if (mode !== null && !SSLMODES.includes(mode)) throw refuse(`sslmode is one of ${SSLMODES.join(', ')}`)
  try {
    const parsed = parse(query.has('uselibpqcompat') ? dsn : strictly(dsn)) as unknown as Record<string, unknown>
    return Object.fromEntries(
      READ.map(name => [name, parsed[name]]).filter(([, value]) => value != null && value !== ''),
    )
  } catch (cause) {
    throw refuse((cause as Error).message, cause)
  }
}

/** Encrypted is encrypted for somebody, and that is to be the server that was meant. */
function strictly(dsn: string): string {
  return dsn.replace(/([?&]sslmode=)(?:allow|prefer|require|verify-ca)(?=&|$)/, '$1verify-full')
}

const INSTEAD: Readonly<Record<string, string>> = {
  schema: 'say options=-csearch_path=<schema>',
  currentSchema: 'say options=-csearch_path=<schema>',
  search_path: 'say options=-csearch_path=<schema>',
  pgbouncer: 'give createPg prepare: false',
  statement_timeout: 'give createPg statementTimeoutMs',
  connection_limit: 'give createPg max',
  pool_timeout: 'give createPg acquireTimeoutMs',
}

function adviceOn(name: string): string {
  return `it has the parameter ${name}; ${INSTEAD[name] ?? `known are ${[...READ, ...TLS].join(', ')}`}`
}

/** A URL as it may be shown. */
export function hidePassword(dsn: string): string {
  return dsn.replace(/^([^:]+:\/\/[^:/@]*):.*@/, '$1:***@').replace(/(password=)[^&]*/g, '$1***')
}
