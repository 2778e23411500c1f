import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { clientConfig } from './client-config.ts'
import { parseDsn } from './dsn.ts'
import { hidePassword } from './hide-password.ts'
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
  'postgres://user:123/secret@host/db',
  'postgres://user:p@se/secret@host/db',
  'postgres://user:123?secret@host/db',
  'postgres://host/db?password=a&secret=b',
  'postgres://host/db?password=a&secret',
  'postgres://host/db?password=a?secret',
  'postgres://host/db?user=%ff&password=secret',
  'host=h password=secret nope=1',
  'host=h password = secret nope',
  "host=h password = 'the secret",
  "host=h password='the' secret",
  'host=h password=the secret=1',
  "host=h password='a\\'secret' nope=1",
  'host=h password=a sslpassword=secret sslmode=on',
  'host=h password=secret password=secret',
  'host=h = secret',
  'ab1secret=',
  'user=u scram_client_key=secret',
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
  ['postgres://h:x/d', 'not host:port'],
  ['postgres://[::1/d', 'not host:port'],
  ['postgres://h/d?sslmode', 'not name=value'],
  ['postgres://h/d?ssl=maybe', 'ssl is true or false'],
  ['postgres://h/%ff', 'UTF-8'],
  ['postgres://h/a@b', '%40'],
  ['postgres://u:p/longer?x@h', '%2F'],
  ['postgres://h/d?user=a%00b', 'zero byte'],
  ['postgres://u:a%00b@h/d', 'zero byte'],
  ['host=h sslmode=on', 'sslmode is one of'],
  ['host=h pasword=x', 'the parameter pasword'],
  ['host=h port=1 port=2', 'port more than once'],
  ["dbname='a", 'the value of dbname has no closing quote'],
  ['host=h nothing', 'stands in single quotes'],
  ['host=h =x', 'no name before it'],
])('says what is wrong with %j', (dsn, reason) => {
  expect(() => parseDsn(dsn)).toThrow(reason)
})

test('reads what is percent-encoded', () => {
  expect(parseDsn('postgres://us%40er:p%3Fa%23s%2Fs%25@h:6000/d%20b')).toMatchObject({
    user: 'us@er',
    password: 'p?a#s/s%',
    port: '6000',
    dbname: 'd b',
  })
})

test('only % escapes: a plus is a plus, and the name of a database may have a slash', () => {
  expect(parseDsn('postgres://u+v:p+w@h/a%2Fb%3F%23+c?application_name=a+b%20c')).toEqual({
    user: 'u+v',
    password: 'p+w',
    host: 'h',
    dbname: 'a/b?#+c',
    application_name: 'a+b c',
  })
  expect(parseDsn('postgres:///d?user=me@work&options=-csearch_path=a')).toEqual({
    dbname: 'd',
    user: 'me@work',
    options: '-csearch_path=a',
  })
  expect(parseDsn('postgresql://%2Frun%2Fpg:6000')).toEqual({ host: '/run/pg', port: '6000' })
  expect(parseDsn('postgres://u@/d?host=/run/pg')).toEqual({ user: 'u', dbname: 'd', host: '/run/pg' })
  expect(parseDsn('postgres://u:a@b:c@h/d')).toMatchObject({ password: 'a@b:c', host: 'h' })
  expect(parseDsn('postgres://')).toEqual({})
})

test.each([
  ['host=h port=6000 dbname=d user=u password=p', { host: 'h', port: '6000', dbname: 'd', user: 'u', password: 'p' }],
  [' host = h\n\tdbname\t=d  user= u ', { host: 'h', dbname: 'd', user: 'u' }],
  [`password='it\\'s a \\\\ b' user='a b'host=h`, { password: `it's a \\ b`, user: 'a b', host: 'h' }],
  ['password=a\\ b\\\\c user=u\\', { password: 'a b\\c', user: 'u' }],
  ["password='' host=h", { host: 'h' }],
  ['password=a=b&c%20d?e#f@g host=/run/pg', { password: 'a=b&c%20d?e#f@g', host: '/run/pg' }],
  [
    "host=a,b port=1,2 options='-c search_path=shop -c a=b'",
    { host: 'a,b', port: '1,2', options: '-c search_path=shop -c a=b' },
  ],
])('reads %j as PostgreSQL does', (dsn, parameters) => expect(parseDsn(dsn)).toEqual(parameters))

test('such a string is read in full', () => {
  expect(
    readPgOptions(
      "host=a,b port=6000 dbname=d user=u password='p w' sslmode=disable connect_timeout=3 application_name=x",
    ),
  ).toMatchObject({
    targets: [
      { host: 'a', port: 6000 },
      { host: 'b', port: 6000 },
    ],
    database: 'd',
    user: 'u',
    password: 'p w',
    ssl: false,
    connectTimeoutMs: 3_000,
    applicationName: 'x',
  })
  expect(readPgOptions({ dsn: 'host=h dbname=d', database: 'e' })).toMatchObject({ database: 'e' })
})

test('hostaddr is the address to connect to, and the host name is checked in the certificate', () => {
  const settings = readPgOptions('host=db.example hostaddr=10.0.0.1 sslmode=verify-full')
  expect(settings.targets).toEqual([{ host: 'db.example', address: '10.0.0.1', port: 5432 }])
  expect(clientConfig(settings, settings.targets[0]!)).toMatchObject({
    host: '10.0.0.1',
    ssl: { servername: 'db.example' },
  })
  expect(readPgOptions('hostaddr=10.0.0.1,::1 port=1,2').targets).toEqual([
    { host: '10.0.0.1', address: '10.0.0.1', port: 1 },
    { host: '::1', address: '::1', port: 2 },
  ])
  expect(() => readPgOptions('host=a,b hostaddr=10.0.0.1')).toThrow('one for each of the 2 hosts')
  vi.stubEnv('PGHOSTADDR', '10.0.0.2')
  expect(readPgOptions({ host: 'h' }).targets).toEqual([{ host: 'h', port: 5432 }])
})

test('passes on the requested TLS settings', () => {
  const config = (dsn: string) => {
    const settings = readPgOptions(dsn)
    return clientConfig(settings, settings.targets[0]!)
  }
  expect(config('host=h sslmode=require channel_binding=require sslnegotiation=direct')).toMatchObject({
    ssl: {},
    enableChannelBinding: true,
    sslnegotiation: 'direct',
  })
  expect(config('host=h channel_binding=prefer')).toMatchObject({ ssl: false, enableChannelBinding: false })
  expect(config('host=h sslnegotiation=direct')).toMatchObject({ ssl: {}, sslnegotiation: 'direct' })
  expect(config('host=h sslmode=require ssl_min_protocol_version=TLSv1.3 sslpassword=x')).toMatchObject({
    ssl: { minVersion: 'TLSv1.3', passphrase: 'x' },
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

test('every variable of the environment counts where all else is silent', () => {
  vi.stubEnv('PGAPPNAME', 'env')
  vi.stubEnv('PGCONNECT_TIMEOUT', '7')
  vi.stubEnv('PGSSLROOTCERT', '/nowhere')
  expect(readPgOptions('postgres://h/d')).toMatchObject({ applicationName: 'env', connectTimeoutMs: 7_000, ssl: false })
  expect(() => readPgOptions('postgres://h/d?sslmode=verify-full')).toThrow('sslrootcert cannot be read')
  vi.stubEnv('PGREQUIREAUTH', 'scram-sha-256')
  expect(() => readPgOptions('postgres://h/d')).toThrow('PGREQUIREAUTH')
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
  expect(hidePassword('postgres://h/d?passphrase=p&access_token=t&apikey=k&a=b')).toBe(
    'postgres://h/d?passphrase=***&access_token=***&apikey=***&a=b',
  )
  expect(hidePassword("user=u host=h password='a b' dbname='x y'")).toBe("user=u host=h password=*** dbname='x y'")
  expect(hidePassword('postgres://h/d?password=a&b=c&sslmode=require')).toBe(
    'postgres://h/d?password=***&sslmode=require',
  )
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
  expect(() => servers('postgres://u:secret@a,b:x/d')).toThrow(expect.objectContaining({ code: 'dsn_invalid' }))
  expect(() => servers('host=a port=x')).toThrow(expect.objectContaining({ code: 'option_invalid' }))
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

test.each([
  ['host=h password=a dbname=d', 'host=h password=*** dbname=d'],
  ['host=h password=a nope=b dbname=d', 'host=h password=*** … dbname=d'],
  ["host=h password='a b", 'host=h …'],
  ["dbname='it\\'s' user=u", "dbname='it\\'s' user=u"],
  ["user='a b' host=h", "user='a b' host=h"],
  ['postgres://user:secret/db', 'postgres://user:***/db'],
  ['postgres://h/d?user=a&nope=b', 'postgres://h/d?user=a&nope=b'],
  ['postgres://h/d?password=a&rest&user=b&more=c', 'postgres://h/d?password=***&user=b&more=c'],
  ['postgres://h/d?sslpassword=a&scram_client_key=b', 'postgres://h/d?sslpassword=***&scram_client_key=***'],
])('%s is shown as %s', (text, shown) => {
  expect(hidePassword(text)).toBe(shown)
})
