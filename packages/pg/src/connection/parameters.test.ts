import { describe, expect, test, vi } from 'vitest'
import { parseDsn, readParameters } from './dsn.ts'
import { environmentOf, faultOf, isKnown, isSecret, parametersOf } from './parameters.ts'

const read = (env: NodeJS.ProcessEnv) => parametersOf(env, (variable, reason) => new Error(`${variable}: ${reason}`))

/** The variables of libpq (PostgreSQL manual, 32.15) that say the same as a parameter, with a value. */
const VARIABLES: Readonly<Record<string, [parameter: string, value: string]>> = {
  PGHOST: ['host', 'h'],
  PGHOSTADDR: ['hostaddr', '10.0.0.1'],
  PGPORT: ['port', '6000'],
  PGDATABASE: ['dbname', 'd'],
  PGUSER: ['user', 'u'],
  PGPASSWORD: ['password', 'p'],
  PGPASSFILE: ['passfile', '/f'],
  PGSERVICE: ['service', 's'],
  PGAPPNAME: ['application_name', 'a'],
  PGOPTIONS: ['options', '-c a=b'],
  PGCONNECT_TIMEOUT: ['connect_timeout', '3'],
  PGTARGETSESSIONATTRS: ['target_session_attrs', 'primary'],
  PGLOADBALANCEHOSTS: ['load_balance_hosts', 'random'],
  PGCHANNELBINDING: ['channel_binding', 'require'],
  PGSSLMODE: ['sslmode', 'require'],
  PGSSLNEGOTIATION: ['sslnegotiation', 'direct'],
  PGSSLCERT: ['sslcert', '/c'],
  PGSSLKEY: ['sslkey', '/k'],
  PGSSLROOTCERT: ['sslrootcert', '/r'],
  PGSSLCRL: ['sslcrl', '/l'],
  PGSSLMINPROTOCOLVERSION: ['ssl_min_protocol_version', 'TLSv1.2'],
  PGSSLMAXPROTOCOLVERSION: ['ssl_max_protocol_version', 'TLSv1.3'],
  PGCLIENTENCODING: ['client_encoding', 'UTF8'],
  PGSSLSNI: ['sslsni', '1'],
  PGSSLCERTMODE: ['sslcertmode', 'allow'],
  PGGSSENCMODE: ['gssencmode', 'prefer'],
  PGGSSDELEGATION: ['gssdelegation', '0'],
  PGGSSLIB: ['gsslib', 'gssapi'],
  PGKRBSRVNAME: ['krbsrvname', 'postgres'],
  PGMINPROTOCOLVERSION: ['min_protocol_version', '3.0'],
  PGMAXPROTOCOLVERSION: ['max_protocol_version', 'latest'],
}

test.each(Object.entries(VARIABLES))(
  '%s says the same as the parameter %j, and the other way',
  (variable, [name, value]) => {
    expect(read({ [variable]: value })).toEqual({ [name]: value })
    expect(environmentOf({ [name]: value })).toEqual({ [variable]: value })
    expect(read({ [variable]: '' })).toEqual({})
  },
)

test.each([
  ['PGREQUIREAUTH', 'require_auth', 'how to authenticate is left to pg_hba.conf of the server'],
  ['PGREQUIREPEER', 'requirepeer', 'protect the folder of the socket instead'],
  ['PGSSLCRLDIR', 'sslcrldir', 'give sslcrl, a file'],
])('%s, which would not be kept, is refused', (variable, name, advice) => {
  expect(() => read({ [variable]: 'x' })).toThrow(`${variable}: it has the parameter ${name}; ${advice}`)
})

test('a parameter without a variable is not in the environment of a program', () => {
  expect(environmentOf({ host: 'h', keepalives: '1', sslpassword: 's' })).toEqual({ PGHOST: 'h' })
})

describe.each<[string, string[]]>([
  ['target_session_attrs', ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby']],
  ['load_balance_hosts', ['random', 'disable']],
  ['channel_binding', ['disable', 'prefer', 'require']],
  ['sslmode', ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']],
  ['sslnegotiation', ['postgres', 'direct']],
  ['ssl_min_protocol_version', ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']],
  ['ssl_max_protocol_version', ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']],
  ['uselibpqcompat', ['true', 'false']],
  ['sslsni', ['1']],
  ['sslcertmode', ['disable', 'allow']],
  ['gssencmode', ['disable', 'prefer']],
  ['gssdelegation', ['0']],
  ['min_protocol_version', ['3.0']],
  ['max_protocol_version', ['3.0', '3.2', 'latest']],
])('%s', (name, values) => {
  test.each(values)('may be %s', value => expect(faultOf(name, value)).toBeUndefined())

  test.each(['', 'x', `${values[0]},`])('may not be %j', value => {
    expect(faultOf(name, value)).toBe(`${name} is ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}`)
  })
})

test.each([
  ['scram_client_key', 'how to authenticate is left to pg_hba.conf of the server'],
  ['scram_server_key', 'how to authenticate is left to pg_hba.conf of the server'],
  ['oauth_issuer', 'how to authenticate is left to pg_hba.conf of the server'],
  ['oauth_client_id', 'how to authenticate is left to pg_hba.conf of the server'],
  ['oauth_client_secret', 'how to authenticate is left to pg_hba.conf of the server'],
  ['oauth_scope', 'how to authenticate is left to pg_hba.conf of the server'],
  ['sslkeylogfile', 'run Node.js with --tls-keylog'],
  ['servicefile', 'say it with PGSERVICEFILE'],
  ['replication', 'a pool runs queries only'],
  ['schema', 'say options=-csearch_path=<schema>'],
  ['currentSchema', 'say options=-csearch_path=<schema>'],
  ['search_path', 'say options=-csearch_path=<schema>'],
  ['database', 'say dbname'],
  ['username', 'say user'],
  ['pgbouncer', 'give createPg prepare: false'],
  ['statement_timeout', 'give createPg statementTimeoutMs'],
  ['connection_limit', 'give createPg max'],
  ['pool_timeout', 'give createPg acquireTimeoutMs'],
])('%s is refused, with what to do instead', (name, advice) => {
  expect(faultOf(name, 'x')).toBe(`it has the parameter ${name}; ${advice}`)
})

test('an unknown parameter is refused with those that there are, of which none is refused', () => {
  const known = faultOf('hots', 'x')!.replace('it has the parameter hots; known are ', '').split(', ')
  expect(known).toContain('host')
  for (const name of known) expect(faultOf(name, 'x') ?? '').not.toContain('it has the parameter')
})

test.each(['3', '-1', ' 3 ', '03'])('connect_timeout may be %j', value => {
  expect(faultOf('connect_timeout', value)).toBeUndefined()
})

test.each(['', '3s', '1.5', '--1'])('connect_timeout may not be %j', value => {
  expect(faultOf('connect_timeout', value)).toBe('connect_timeout is a whole number of seconds')
})

test('a zero byte is in no value', () => {
  expect(faultOf('user', 'a\0')).toBe('user has a zero byte')
})

test('passwords and keys are secret, and nothing else', () => {
  const secrets = ['password', 'sslpassword', 'scram_client_key', 'scram_server_key', 'oauth_client_secret']
  for (const name of secrets) expect(isSecret(name), name).toBe(true)
  for (const name of [...Object.values(VARIABLES).map(([name]) => name), 'oauth_client_id', 'toString']) {
    expect(isSecret(name), name).toBe(secrets.includes(name))
  }
  expect([isKnown('toString'), isKnown('host')]).toEqual([false, true])
})

test.each(['sslmode', 'sslrootcert', 'sslcert', 'sslkey', 'sslcrl', 'sslnegotiation'])(
  'the files of the environment count only where something asks for TLS, such as %s',
  name => {
    vi.stubEnv('PGSERVICE', '')
    const env = {
      PGSSLROOTCERT: '/root',
      PGSSLKEY: '/key',
      PGSSLCERT: '/cert',
      PGSSLCRL: '/crl',
      PGSSLNEGOTIATION: 'direct',
    }
    expect(readParameters('postgres://h/d', env)).toEqual({ host: 'h', dbname: 'd' })
    const value = { sslmode: 'require', sslnegotiation: 'postgres' }[name] ?? '/own'
    const asked = readParameters(`postgres://h/d?${name}=${value}`, env)
    expect(asked).toMatchObject({ [name]: value })
    expect(Object.keys(asked)).toEqual(expect.arrayContaining(['sslrootcert', 'sslkey', 'sslcert', 'sslcrl']))
    expect(readParameters('postgres://h/d', { ...env, PGSSLMODE: 'require' })).toMatchObject({ sslrootcert: '/root' })
    vi.unstubAllEnvs()
  },
)

test.each([
  ['ssl=true', { sslmode: 'require' }],
  ['ssl=1', { sslmode: 'require' }],
  ['ssl=false', { sslmode: 'disable' }],
  ['ssl=0', { sslmode: 'disable' }],
])('%s of other libraries is understood', (parameter, read) => {
  expect(parseDsn(`postgres://h/d?${parameter}`)).toMatchObject(read)
})

test('ssl is nothing else', () => {
  expect(() => parseDsn('postgres://h/d?ssl=yes')).toThrow('ssl is true or false; say sslmode')
})
