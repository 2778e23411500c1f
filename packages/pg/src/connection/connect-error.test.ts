import { describe, expect, test } from 'vitest'
import { pgError } from '../errors.ts'
import { connectError } from './connect-error.ts'
import { readPgOptions } from './options.ts'

const settings = readPgOptions('postgres://app:secret@db.example:5433/shop')
const messageOf = (cause: unknown) => connectError(cause, settings).message
const failure = (message: string, more: object = {}) => Object.assign(new Error(message), more)

test.each([
  ['ECONNREFUSED', 'nothing listens there', 'Check that PostgreSQL runs, and the port.'],
  ['ECONNRESET', 'the connection was cut', 'Check that it is PostgreSQL that listens there.'],
  ['ENOENT', 'the socket does not exist', 'Check that PostgreSQL runs.'],
  ['ENOTFOUND', 'the host name is unknown', 'Check the host in the URL.'],
  ['EAI_AGAIN', 'the host name could not be resolved', 'Check the network.'],
  ['ETIMEDOUT', 'no answer', 'Check the host, the port and the firewall.'],
  ['EHOSTUNREACH', 'the host cannot be reached', 'Check the network.'],
  ['28P01', 'the password is wrong', 'Check user and password in the URL.'],
  ['28000', 'the server does not let this user in', 'Check the user in the URL and pg_hba.conf.'],
  ['3D000', 'the database does not exist', 'Create it, or check the name in the URL.'],
  ['42501', 'the user lacks the right to connect', 'Grant CONNECT on the database.'],
  ['53300', 'the server has no connection left', 'Lower max, or raise max_connections.'],
  ['57P03', 'the server is starting up or shutting down', 'Try again in a moment.'],
])('%s says where, what and what to do', (code, problem, remedy) => {
  const error = connectError(failure('low-level words', { code }), settings)
  expect(error).toMatchObject({ code: 'connect_failed', status: 503, remedy })
  expect(error.message).toBe(
    `The database cannot be reached. app@db.example:5433/shop: ${problem} (${code}). ${remedy}`,
  )
  expect((error as { detail?: string }).detail).not.toContain('db.example')
})

describe('what has no code of its own is known by its message:', () => {
  test.each([
    ['unsupported startup parameter: options', 'a pooler such as PgBouncer is in between'],
    ['client password must be a string', 'the server asks for a password, and none is given'],
    ['empty password returned', 'the server asks for a password, and none is given'],
    ['no pg_hba.conf entry for host, no encryption', 'the server refuses this user without TLS'],
    ['no pg_hba.conf entry for host, SSL off', 'the server refuses this user without TLS'],
    ['The server does not support SSL connections', 'the server offers no TLS'],
    ['timeout expired', 'no answer'],
  ])('%s', (message, problem) => {
    expect(messageOf(failure(message))).toContain(`shop: ${problem}`)
  })

  test('a certificate that nobody known has signed', () => {
    expect(messageOf(failure('x', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }))).toContain('the certificate is self-signed')
  })
})

test('an unknown failure keeps its message', () => {
  expect(messageOf(failure('something else'))).toBe(
    'The database cannot be reached. app@db.example:5433/shop: something else. Check the URL, and whether the server runs and lets this machine in.',
  )
})

test('of several addresses of one host, the first failure counts', () => {
  const refused = failure('connect ECONNREFUSED ::1:5433', { code: 'ECONNREFUSED' })
  expect(messageOf(new AggregateError([refused, failure('x')], ''))).toContain('nothing listens there (ECONNREFUSED)')
  expect(messageOf(new AggregateError([failure('inside')], ''))).toContain('shop: inside.')
  expect(messageOf('only a text')).toContain('shop: only a text.')
})

test('an error of this package stays as it is', () => {
  const own = pgError('session_role', { found: 'a standby', expected: 'primary' })
  expect(connectError(own, settings)).toBe(own)
})
