import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { hidePassword, parseDsn } from './dsn.ts'
import { readPgOptions } from './options.ts'
import { passwordInFile } from './password-file.ts'

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

const servers = (dsn: string) => readPgOptions(dsn).targets.map(({ host, port }) => `${host}:${port}`)

test('several servers are read as libpq reads them', () => {
  expect(servers('postgres://u:p@a,b:6000,[::1]:7000/d')).toEqual(['a:5432', 'b:6000', '::1:7000'])
  expect(servers('postgres:///d?host=a,b&port=1,2')).toEqual(['a:1', 'b:2'])
  expect(servers('postgres:///d?host=a,/run/pg&port=6000')).toEqual(['a:6000', '/run/pg:6000'])
  expect(readPgOptions('postgres://u:p%2Cq@a,b/d?target_session_attrs=standby')).toMatchObject({
    user: 'u',
    password: 'p,q',
    database: 'd',
    targetSessionAttrs: 'standby',
  })
  vi.stubEnv('PGHOST', 'x,y')
  vi.stubEnv('PGPORT', '1,2')
  vi.stubEnv('PGTARGETSESSIONATTRS', 'read-write')
  expect(servers('postgres:///d')).toEqual(['x:1', 'y:2'])
  expect(readPgOptions('postgres:///d').targetSessionAttrs).toBe('read-write')
  expect(() => servers('postgres:///d?host=a,b,c')).toThrow('one for each of the 3')
  expect(() => servers('postgres://a,b/d?target_session_attrs=fast')).toThrow('target_session_attrs is one of')
  expect(() => servers('postgres://u:secret@a,b:x/d')).toThrow(expect.objectContaining({ code: 'option_invalid' }))
})

describe('files of libpq', () => {
  let dir: string

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'libpq-'))
    return () => rm(dir, { recursive: true })
  })

  test('a service says what the URL and the options do not', async () => {
    vi.stubEnv('PGSERVICEFILE', join(dir, 'services'))
    await writeFile(
      join(dir, 'services'),
      '# ours\n[other]\nhost=no\n\n[shop]\nhost = a,b\nport=6000\ndbname=sales\nuser=clerk\npassword=p=w#x\nsslmode=disable\n[last]\nnope=1\n',
    )
    expect(readPgOptions('postgres://owner@/?service=shop')).toMatchObject({
      targets: [
        { host: 'a', port: 6000 },
        { host: 'b', port: 6000 },
      ],
      database: 'sales',
      user: 'owner',
      password: 'p=w#x',
      ssl: false,
    })
    vi.stubEnv('PGSERVICE', 'shop')
    expect(readPgOptions({ host: 'c' })).toMatchObject({ targets: [{ host: 'c', port: 6000 }], user: 'clerk' })
    vi.stubEnv('PGSERVICE', 'nowhere')
    expect(() => readPgOptions({})).toThrow('no pg_service.conf describes it')
    vi.stubEnv('PGSERVICE', 'last')
    expect(() => readPgOptions({})).toThrow('the parameter nope')
  })

  test('a password file is read line by line, and ignored where others may read it', async () => {
    const file = join(dir, 'pgpass')
    await writeFile(file, '# mine\nb:5432:d:u:no\n*:5432:d\\:x:u:colon\na:*:d:u:s\\:e\\\\cret\n*:*:*:*:rest\n', {
      mode: 0o600,
    })
    const look = (host: string, database = 'd', user = 'u') =>
      passwordInFile(file, { host, port: 5432, database, user })
    expect(await look('a')).toBe('s:e\\cret')
    expect(await look('b')).toBe('no')
    expect(await look('z', 'd:x')).toBe('colon')
    expect(await look('z')).toBe('rest')
    expect(readPgOptions(`postgres://a/d?passfile=${encodeURIComponent(file)}`).passfile).toBe(file)
    await chmod(file, 0o644)
    const warned = once(process, 'warning')
    expect(await look('a')).toBeUndefined()
    expect(String((await warned)[0])).toContain('chmod 600')
  })
})
