import { SESSION_ATTRS } from './targets.ts'

/** Where to connect and how, by the names that PostgreSQL's own library has for it (PostgreSQL manual, 32.1.2). */
export type Parameters = Readonly<Record<string, string>>

interface Rule {
  /** The environment variable that says the same. */
  readonly env?: string
  /** The values it may have. */
  readonly values?: readonly string[]
  /** What to do instead, for what this package cannot do. */
  readonly refused?: string
  readonly secret?: true
}

const TLS_VERSIONS = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']
const SSLMODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']
const METHOD = 'how to authenticate is left to pg_hba.conf of the server'

/** Every parameter that is known; what is read is read in `options.ts` and `tls.ts`. */
const RULES: Readonly<Record<string, Rule>> = {
  host: { env: 'PGHOST' },
  hostaddr: { env: 'PGHOSTADDR' },
  port: { env: 'PGPORT' },
  dbname: { env: 'PGDATABASE' },
  user: { env: 'PGUSER' },
  password: { env: 'PGPASSWORD', secret: true },
  passfile: { env: 'PGPASSFILE' },
  service: { env: 'PGSERVICE' },
  application_name: { env: 'PGAPPNAME' },
  options: { env: 'PGOPTIONS' },
  connect_timeout: { env: 'PGCONNECT_TIMEOUT' },
  target_session_attrs: { env: 'PGTARGETSESSIONATTRS', values: SESSION_ATTRS },
  load_balance_hosts: { env: 'PGLOADBALANCEHOSTS', values: ['random', 'disable'] },
  channel_binding: { env: 'PGCHANNELBINDING', values: ['disable', 'prefer', 'require'] },
  sslmode: { env: 'PGSSLMODE', values: SSLMODES },
  sslnegotiation: { env: 'PGSSLNEGOTIATION', values: ['postgres', 'direct'] },
  sslcert: { env: 'PGSSLCERT' },
  sslkey: { env: 'PGSSLKEY' },
  sslpassword: { secret: true },
  sslrootcert: { env: 'PGSSLROOTCERT' },
  sslcrl: { env: 'PGSSLCRL' },
  ssl_min_protocol_version: { env: 'PGSSLMINPROTOCOLVERSION', values: TLS_VERSIONS },
  ssl_max_protocol_version: { env: 'PGSSLMAXPROTOCOLVERSION', values: TLS_VERSIONS },
  uselibpqcompat: { values: ['true', 'false'] },
  // Taken and left alone: what they ask for happens anyway, or has no counterpart in Node.js.
  client_encoding: { env: 'PGCLIENTENCODING' },
  fallback_application_name: {},
  keepalives: {},
  keepalives_idle: {},
  keepalives_interval: {},
  keepalives_count: {},
  tcp_user_timeout: {},
  sslcompression: {},
  sslsni: { env: 'PGSSLSNI', values: ['1'] },
  sslcertmode: { env: 'PGSSLCERTMODE', values: ['disable', 'allow'] },
  gssencmode: { env: 'PGGSSENCMODE', values: ['disable', 'prefer'] },
  gssdelegation: { env: 'PGGSSDELEGATION', values: ['0'] },
  gsslib: { env: 'PGGSSLIB' },
  krbsrvname: { env: 'PGKRBSRVNAME' },
  min_protocol_version: { env: 'PGMINPROTOCOLVERSION', values: ['3.0'] },
  max_protocol_version: { env: 'PGMAXPROTOCOLVERSION', values: ['3.0', '3.2', 'latest'] },
  // What would be unsafe to leave alone.
  require_auth: { env: 'PGREQUIREAUTH', refused: METHOD },
  requirepeer: { env: 'PGREQUIREPEER', refused: 'protect the folder of the socket instead' },
  sslcrldir: { env: 'PGSSLCRLDIR', refused: 'give sslcrl, a file' },
  scram_client_key: { refused: METHOD, secret: true },
  scram_server_key: { refused: METHOD, secret: true },
  oauth_issuer: { refused: METHOD },
  oauth_client_id: { refused: METHOD },
  oauth_client_secret: { refused: METHOD, secret: true },
  oauth_scope: { refused: METHOD },
  sslkeylogfile: { refused: 'run Node.js with --tls-keylog' },
  servicefile: { refused: 'say it with PGSERVICEFILE' },
  replication: { refused: 'a pool runs queries only' },
}

/** What others call it, or what is an option of the pool. */
const INSTEAD: Readonly<Record<string, string>> = {
  schema: 'say options=-csearch_path=<schema>',
  currentSchema: 'say options=-csearch_path=<schema>',
  search_path: 'say options=-csearch_path=<schema>',
  database: 'say dbname',
  username: 'say user',
  pgbouncer: 'give createPg prepare: false',
  statement_timeout: 'give createPg statementTimeoutMs',
  connection_limit: 'give createPg max',
  pool_timeout: 'give createPg acquireTimeoutMs',
}

export function isKnown(name: string): boolean {
  return Object.hasOwn(RULES, name)
}

export function isSecret(name: string): boolean {
  return isKnown(name) && RULES[name]!.secret === true
}

/** Why a parameter is refused. Undefined: it is not. */
export function faultOf(name: string, value: string): string | undefined {
  if (!isKnown(name)) {
    const advice = Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : `known are ${readable().join(', ')}`
    return `it has the parameter ${name}; ${advice}`
  }
  const { values, refused } = RULES[name]!
  if (refused !== undefined) return `it has the parameter ${name}; ${refused}`
  if (values && !values.includes(value)) return `${name} is ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`
  if (name === 'connect_timeout' && !/^-?\d+$/.test(value.trim())) return 'connect_timeout is a whole number of seconds'
  return value.includes('\0') ? `${name} has a zero byte` : undefined
}

function readable(): string[] {
  return Object.keys(RULES).filter(name => RULES[name]!.refused === undefined)
}

/** The settings of the environment, by parameter name; `fault` is called with each invalid variable. */
export function parametersOf(env: NodeJS.ProcessEnv, fault: (variable: string, reason: string) => Error): Parameters {
  const found: Record<string, string> = {}
  for (const [name, { env: variable }] of Object.entries(RULES)) {
    const value = variable === undefined ? undefined : env[variable]
    if (value === undefined || value === '') continue
    const reason = faultOf(name, value)
    if (reason !== undefined) throw fault(variable!, reason)
    found[name] = value
  }
  return found
}

/** The same as the environment of PostgreSQL's programs, whose arguments every user of the machine sees. */
export function environmentOf(parameters: Parameters): Record<string, string> {
  const variables = Object.entries(parameters).map(([name, value]) => [RULES[name]?.env, value] as const)
  return Object.fromEntries(variables.filter(([variable]) => variable !== undefined))
}
