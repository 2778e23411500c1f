import { describe, expect, test } from 'vitest'
import { parseDsn } from './dsn.ts'
import { readPgOptions } from './options.ts'
import { tlsOf } from './tls.ts'

const withParameter = (parameter: string) => () => parseDsn(`postgres://h/d?${parameter}`)

describe('a parameter of a URL', () => {
  test.each([
    ['application_name=shop', { application_name: 'shop' }],
    ['options=-csearch_path%3Dshop', { options: '-csearch_path=shop' }],
    ['connect_timeout=3', { connect_timeout: '3' }],
    ['user=ada&password=secret', { user: 'ada', password: 'secret' }],
    ['port=6000', { port: '6000' }],
  ])('%s is read', (parameter, read) => expect(withParameter(parameter)()).toMatchObject(read))

  test.each([
    ['sslmode=disable', false],
    ['sslmode=no-verify', { rejectUnauthorized: false }],
    // Encryption is of use only towards the server that was meant.
    ...['allow', 'prefer', 'require', 'verify-ca', 'verify-full'].map(mode => [`sslmode=${mode}`, {}] as const),
    ['sslmode=require&uselibpqcompat=true', { rejectUnauthorized: false }],
    ['ssl=true', {}],
    ['ssl=0', false],
  ] as const)('%s says how to encrypt', (parameter, ssl) => expect(tlsOf(withParameter(parameter)())).toEqual(ssl))

  test.each(['sslcert', 'sslkey', 'sslrootcert'])('%s names a file', name => {
    expect(() => tlsOf(withParameter(`${name}=/nowhere`)())).toThrow('/nowhere')
  })

  test.each([
    ...['client_encoding=UTF8', 'gssencmode=prefer', 'fallback_application_name=x', 'channel_binding=disable'],
    ...['keepalives=1', 'keepalives_idle=1', 'tcp_user_timeout=1', 'sslcompression=1', 'krbsrvname=x'],
  ])('%s is taken and left alone', parameter => {
    expect(readPgOptions(`postgres://h/d?${parameter}`)).toEqual(readPgOptions('postgres://h/d'))
  })

  test.each([
    ...['require_auth=scram-sha-256', 'requirepeer=postgres', 'gssencmode=require', 'sslcertmode=require', 'sslsni=0'],
    ...['sslcrldir=/x', 'replication=database', 'ssl_min_protocol_version=SSLv3', 'min_protocol_version=3.2'],
    ...['oauth_issuer=x', 'channel_binding=always', 'sslnegotiation=later', 'connect_timeout=soon'],
  ])('%s, which would not be kept, is refused', parameter => {
    expect(withParameter(parameter)).toThrow(expect.objectContaining({ code: 'dsn_invalid' }))
  })

  test.each([
    ['schema', 'options=-csearch_path'],
    ['currentSchema', 'options=-csearch_path'],
    ['search_path', 'options=-csearch_path'],
    ['database', 'dbname'],
    ['pgbouncer', 'prepare: false'],
    ['statement_timeout', 'statementTimeoutMs'],
    ['connection_limit', 'max'],
    ['pool_timeout', 'acquireTimeoutMs'],
    ['ssl_mode', 'known are host, hostaddr, port'],
    ['keepalive', 'known are host, hostaddr, port'],
  ])('%s is refused, with what to write instead', (name, advice) => {
    expect(withParameter(`${name}=1`)).toThrow(advice)
  })

  test('sslmode takes what libpq takes, and no-verify', () => {
    expect(withParameter('sslmode=on')).toThrow(
      'sslmode is one of disable, allow, prefer, require, verify-ca, verify-full, no-verify',
    )
  })
})
