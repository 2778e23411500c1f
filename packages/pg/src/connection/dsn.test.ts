import { afterEach, expect, test, vi } from 'vitest'
import { hidePassword, parseDsn } from './dsn.ts'
import { readPgOptions } from './options.ts'

afterEach(() => vi.unstubAllEnvs())

test.each([
  '',
  '   ',
  'user:secret@host/db',
  '//user:secret@host/db',
  'secret@host',
  'user:secret',
  'mysql://user:secret@host/db',
  'postgres://user:secret',
  'postgres://user:se?secret@host/db',
  'postgres://user:se#secret@host/db',
  'postgres://user:se/secret@host/db',
  'postgres://user:se@secret@host:x/db',
  'postgres://user:secret@host:notaport/db',
  'postgres://user:secret%zz@host/db',
  'postgres://host/db?password=secret&nope=1',
  'postgres://host/db?host=a&host=b&password=secret',
  'host=h user=u password=secret',
  "host=h password = 'the secret'",
])('refuses %j, and shows nothing of its password', dsn => {
  let error: unknown
  try {
    parseDsn(dsn)
  } catch (caught) {
    error = caught
  }
  expect(error).toMatchObject({ code: 'dsn_invalid' })
  const shown = [String((error as Error).message), String((error as Error).stack), JSON.stringify(error)]
  expect(shown.join('\n')).not.toContain('secret')
  expect((error as Error).cause).toBeUndefined()
})

test.each([
  ['postgres://u:a?b@h/d', '%3F'],
  ['postgres://u:a#b@h/d', '%23'],
  ['postgres://h/d?sslmode=disable&sslmode=require', 'sslmode more than once'],
  ['', 'is empty'],
])('says what is wrong with %j', (dsn, reason) => {
  expect(() => parseDsn(dsn)).toThrow(reason)
})

test('reads what is percent-encoded', () => {
  expect(parseDsn('postgres://us%40er:p%3Fa%23s%2Fs%25@h:6000/d%20b')).toMatchObject({
    user: 'us@er',
    password: 'p?a#s/s%',
    port: '6000',
    database: 'd b',
  })
})

test('PGSSLMODE and PGOPTIONS count where the URL is silent', () => {
  vi.stubEnv('PGSSLMODE', 'require')
  vi.stubEnv('PGOPTIONS', '-c search_path=env')
  expect(readPgOptions('postgres://h/d')).toMatchObject({ ssl: {}, sessionOptions: '-c search_path=env' })
  expect(readPgOptions('postgres://h/d?sslmode=disable&options=-csearch_path%3Durl')).toMatchObject({
    ssl: false,
    sessionOptions: '-csearch_path=url',
  })
  vi.stubEnv('PGSSLMODE', 'sometimes')
  expect(() => readPgOptions('postgres://h/d')).toThrow(expect.objectContaining({ code: 'option_invalid' }))
})

test('sslrootcert=system trusts what the system trusts', () => {
  for (const query of [
    'sslrootcert=system',
    'sslmode=verify-full&sslrootcert=system',
    'sslrootcert=system&sslmode=require',
  ]) {
    const { ssl } = readPgOptions(`postgres://h/d?${query}`)
    expect(ssl, query).toEqual({})
  }
})

test('a URL that is shown keeps what helps', () => {
  expect(hidePassword('postgres://u:p@h:5432/d?sslmode=require')).toBe('postgres://***@h:5432/d?sslmode=require')
  expect(hidePassword('postgres://h:5432/d')).toBe('postgres://h:5432/d')
})
