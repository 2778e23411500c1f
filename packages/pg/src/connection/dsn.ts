import { invalidOption } from '@arlen/core/options'
import { parse } from 'pg-connection-string'
import { pgError } from '../errors.ts'
import { readService } from './service-file.ts'
import { SESSION_ATTRS } from './targets.ts'

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
  target_session_attrs?: string
  load_balance_hosts?: string
  /** A section of `pg_service.conf` that says the rest. */
  service?: string
  passfile?: string
  ssl?: unknown
}

const SERVER = ['host', 'port', 'user', 'password', 'database', 'service', 'passfile', 'target_session_attrs']
const READ = [...SERVER, 'load_balance_hosts', 'application_name', 'options', 'connect_timeout', 'ssl']
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
  // No cause: errors of URL parsers quote what they were given.
  const refuse = (reason: string) => pgError('dsn_invalid', { dsn: hidePassword(dsn), reason })
  if (dsn === '') throw refuse('it is empty')
  if (!/^(postgres|postgresql|socket):/.test(dsn)) throw refuse('it does not begin with postgres://')
  const stray = /[?#]/.exec(dsn.slice(0, dsn.lastIndexOf('@') + 1))?.[0]
  if (stray) {
    const escaped = encodeURIComponent(stray)
    throw refuse(`it has a ${stray} before the @; in a user name or password write ${escaped}`)
  }
  if (/%(?![0-9a-f]{2})/i.test(dsn)) throw refuse('it has a % that begins no escape; write %25 for a percent sign')
  const query = new URLSearchParams(dsn.includes('?') ? dsn.slice(dsn.indexOf('?')) : '')
  checkParameters(query, refuse)
  try {
    const { one, hosts, ports } = separateHosts(dsn)
    const given = parse(query.has('uselibpqcompat') ? one : strictly(one)) as unknown as Record<string, unknown>
    const parsed = hosts ? { ...given, host: hosts.join(','), port: ports.some(Boolean) ? ports.join(',') : '' } : given
    return Object.fromEntries(
      READ.map(name => [name, parsed[name]]).filter(([, value]) => value != null && value !== ''),
    )
  } catch (error) {
    throw refuse((error as Error).message.replaceAll(dsn, '…'))
  }
}

/** `postgres://u:p@a:1,b:2/d`, which is none to a reader of URLs, as the same with the first host, and all of them. */
function separateHosts(dsn: string): { one: string; hosts?: string[]; ports: string[] } {
  const scheme = /^\w+:\/\//.exec(dsn)?.[0] ?? ''
  const begin = Math.max(scheme.length, dsn.indexOf('@') + 1)
  const length = dsn.slice(begin).search(/[/?#]/)
  const end = length < 0 ? dsn.length : begin + length
  const [before, authority, after] = [dsn.slice(0, begin), scheme && dsn.slice(begin, end), dsn.slice(end)]
  if (!authority.includes(',')) return { one: dsn, ports: [] }
  const parts = authority.split(',').map(part => /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(part) ?? [])
  const hosts = parts.map(([, host = '']) => decodeURIComponent(host.replace(/^\[(.*)\]$/, '$1')))
  return { one: `${before}${authority.split(',')[0]}${after}`, hosts, ports: parts.map(([, , port = '']) => port) }
}

/**
 * What a service says, as a URL would.
 *
 * @throws `dsn_invalid` for a service that no file describes, or that says what is not known
 */
export function dsnOfService(name: string): Dsn {
  const found = readService(name)
  if (!found) {
    const reason = 'no pg_service.conf describes it (PGSERVICEFILE, ~/.pg_service.conf, PGSYSCONFDIR)'
    throw pgError('dsn_invalid', { dsn: `service=${name}`, reason })
  }
  const { dbname, ...rest } = found
  const parameters = new URLSearchParams(rest)
  return parseDsn(`postgres:///${encodeURIComponent(dbname ?? '')}?${parameters}`)
}

function checkParameters(query: URLSearchParams, refuse: (reason: string) => Error): void {
  for (const name of query.keys()) {
    if (!READ.includes(name) && !TLS.includes(name) && !HARMLESS.test(name)) throw refuse(adviceOn(name))
    if (query.getAll(name).length > 1) throw refuse(`it has the parameter ${name} more than once`)
  }
  const attrs = query.get('target_session_attrs')
  if (attrs !== null && !(SESSION_ATTRS as readonly string[]).includes(attrs)) {
    throw refuse(`target_session_attrs is one of ${SESSION_ATTRS.join(', ')}`)
  }
  const balance = query.get('load_balance_hosts')
  if (balance !== null && balance !== 'random' && balance !== 'disable') {
    throw refuse('load_balance_hosts is random or disable')
  }
  const mode = query.get('sslmode')
  if (mode !== null && !SSLMODES.includes(mode)) throw refuse(`sslmode is one of ${SSLMODES.join(', ')}`)
}

/**
 * What `PGSSLMODE` asks for, as `sslmode` in a URL would.
 *
 * @throws ArlenError `option_invalid`
 */
export function sslOfEnvironment(mode: string | undefined): unknown {
  if (mode === undefined || mode === '') return undefined
  if (!SSLMODES.includes(mode)) {
    throw invalidOption('createPg()', 'PGSSLMODE', `must be one of ${SSLMODES.join(', ')}, not ${mode}`)
  }
  return parseDsn(`postgres://localhost/x?sslmode=${mode}`).ssl
}

/**
 * Encryption is of use only towards the server that was meant. `sslrootcert=system` means the authorities that the
 * system trusts, which is what Node.js does without one.
 */
function strictly(dsn: string): string {
  return dsn
    .replace(/([?&]sslmode=)(?:allow|prefer|require|verify-ca)(?=&|$)/, '$1verify-full')
    .replace(/([?&])sslrootcert=system(?=&|$)/, dsn.includes('sslmode=') ? '$1' : '$1sslmode=verify-full')
    .replace(/\?&/, '?')
    .replace(/&&/g, '&')
    .replace(/[?&]$/, '')
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

/** A URL as it may be shown, however broken it is: nothing of what may be user name and password. */
export function hidePassword(dsn: string): string {
  const scheme = /^[a-z]+:\/\//i.exec(dsn)?.[0] ?? ''
  const at = dsn.lastIndexOf('@')
  const rest =
    at >= 0
      ? `***@${dsn.slice(at + 1)}`
      : dsn.slice(scheme.length).replace(/^([^/?:]*):(?!\d+(?:[/?]|$))[^/?]*/, '$1:***')
  return scheme + rest.replace(/((?:pass(?:word|wd)?|pwd|secret)\s*=\s*)(?:'[^']*'|[^&\s]*)/gi, '$1***')
}
