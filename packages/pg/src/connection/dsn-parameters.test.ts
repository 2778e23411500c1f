import { describe, expect, test } from 'vitest'
import { parseDsn } from './dsn.ts'

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
  ] as const)('%s says how to encrypt', (parameter, ssl) => expect(withParameter(parameter)().ssl).toEqual(ssl))

  test.each(['sslcert', 'sslkey', 'sslrootcert'])('%s names a file', name => {
    expect(withParameter(`${name}=/nowhere`)).toThrow('/nowhere')
  })

  test.each([
    ...['db', 'encoding', 'client_encoding', 'channel_binding', 'gssencmode', 'fallback_application_name'],
    ...['keepalives', 'keepalives_idle', 'tcp_user_timeout'],
  ])('%s is taken and left alone', name => {
    expect(withParameter(`${name}=1`)()).toEqual(parseDsn('postgres://h/d'))
  })

  test.each([
    ['schema', 'options=-csearch_path'],
    ['currentSchema', 'options=-csearch_path'],
    ['search_path', 'options=-csearch_path'],
    ['pgbouncer', 'prepare: false'],
    ['statement_timeout', 'statementTimeoutMs'],
    ['connection_limit', 'max'],
    ['pool_timeout', 'acquireTimeoutMs'],
    ['ssl_mode', 'known are host, port, user'],
    ['keepalive', 'known are host, port, user'],
  ])('%s is refused, with what to write instead', (name, advice) => {
    expect(withParameter(`${name}=1`)).toThrow(advice)
  })

  test('sslmode takes what libpq takes, and no-verify', () => {
    expect(withParameter('sslmode=on')).toThrow(
      'sslmode is one of disable, allow, prefer, require, verify-ca, verify-full, no-verify',
    )
  })
})
