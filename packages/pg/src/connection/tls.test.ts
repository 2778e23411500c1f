import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import type { Parameters } from './parameters.ts'
import { tlsOf } from './tls.ts'

const folder = mkdtempSync(join(tmpdir(), 'arlen-tls-'))
afterAll(() => rmSync(folder, { recursive: true }))

function written(name: string): string {
  const path = join(folder, name)
  writeFileSync(path, `content of ${name}`)
  return path
}

const root = written('root.crt')
const ca = 'content of root.crt'
const unchecked = { rejectUnauthorized: false }
const anyName = { ca, checkServerIdentity: expect.any(Function) }

test.each<[Parameters, unknown]>([
  [{}, undefined],
  [{ sslmode: 'disable' }, false],
  [{ sslmode: 'disable', sslrootcert: '/nowhere' }, false],
  [{ sslmode: 'allow' }, {}],
  [{ sslmode: 'prefer' }, {}],
  [{ sslmode: 'require' }, {}],
  [{ sslmode: 'verify-ca' }, {}],
  [{ sslmode: 'verify-full' }, {}],
  [{ sslmode: 'no-verify' }, unchecked],
  [{ sslmode: 'no-verify', uselibpqcompat: 'true' }, unchecked],
  [{ sslnegotiation: 'direct' }, {}],
  [{ sslnegotiation: 'postgres' }, undefined],
  [{ sslrootcert: root }, { ca }],
  [{ sslrootcert: 'system' }, {}],
])('TLS of %j checks whom it talks to', (parameters, tls) => {
  expect(tlsOf(parameters)).toEqual(tls)
})

test.each<[Parameters, unknown]>([
  [{ sslmode: 'allow' }, unchecked],
  [{ sslmode: 'prefer' }, unchecked],
  [{ sslmode: 'require' }, unchecked],
  [{ sslmode: 'require', sslrootcert: root }, anyName],
  [{ sslmode: 'require', sslrootcert: 'system' }, {}],
  [{ sslmode: 'verify-ca', sslrootcert: root }, anyName],
  [{ sslmode: 'verify-full', sslrootcert: root }, { ca }],
  [{ sslrootcert: root }, { ca }],
])('TLS of %j with uselibpqcompat checks what libpq checks', (parameters, tls) => {
  const options = tlsOf({ ...parameters, uselibpqcompat: 'true' }) as { checkServerIdentity?: () => unknown }
  expect(options).toEqual(tls)
  expect(options.checkServerIdentity?.()).toBeUndefined()
  expect(tlsOf({ ...parameters, uselibpqcompat: 'false' })).not.toHaveProperty('checkServerIdentity')
})

test('the files of certificates and keys are read', () => {
  const [cert, key, crl] = ['client.crt', 'client.key', 'root.crl'].map(written)
  expect(
    tlsOf({
      sslcert: cert!,
      sslkey: key!,
      sslcrl: crl!,
      sslpassword: 'secret',
      ssl_min_protocol_version: 'TLSv1.2',
      ssl_max_protocol_version: 'TLSv1.3',
    }),
  ).toEqual({
    cert: 'content of client.crt',
    key: 'content of client.key',
    crl: 'content of root.crl',
    passphrase: 'secret',
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
  })
})

test.each(['sslrootcert', 'sslcert', 'sslkey', 'sslcrl'])('a file of %s that is not there is named', name => {
  expect(() => tlsOf({ [name]: '/nowhere/x' })).toThrow(
    `${name} cannot be read: ENOENT: no such file or directory, open '/nowhere/x'`,
  )
})

test('verify-ca of libpq needs to know whose certificates count', () => {
  expect(() => tlsOf({ sslmode: 'verify-ca', uselibpqcompat: 'true' })).toThrow('sslmode=verify-ca needs sslrootcert')
})
