import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { createPg, migrate } from '../src/index.ts'
import { createTestDatabase, type TestDatabase } from '../src/testing/index.ts'
import { rejection } from './helpers.ts'

const run = promisify(execFile)
const PASSWORD = `it's a \\ "50%" /?#&@:=+ ü`

let database: TestDatabase
let role: string
let conninfo: string
let uri: string

beforeAll(async () => {
  database = await createTestDatabase()
  role = `o'neill ${database.name}`
  await using db = createPg(database.dsn)
  await db.execute(db.sql`create role ${db.sql.id(role)} login`)
  const literal = await db.value<string>('select quote_literal($1)', [PASSWORD])
  await db.execute(
    `alter role ${await db.value<string>('select quote_ident($1)', [role])} password ${literal}` as string,
  )
  const { hostname, port } = new URL(database.dsn)
  conninfo = `host=${hostname} port = ${port} dbname=${database.name} user=${quoted(role)} password=${quoted(PASSWORD)}`
  uri = `postgres://${encodeURIComponent(role)}:${encodeURIComponent(PASSWORD)}@${hostname}:${port}/${database.name}`
  return async () => {
    const owner = createPg(database.dsn)
    await owner.execute(owner.sql`drop owned by ${owner.sql.id(role)}`)
    await owner.execute(owner.sql`drop role ${owner.sql.id(role)}`)
    await owner.close()
    await database.drop()
  }
})

const quoted = (text: string) => `'${text.replace(/['\\]/g, '\\$&')}'`
const WHO =
  "select concat_ws('|', session_user, current_database(), current_setting('application_name'), current_setting('search_path'))"

async function asked(dsn: string): Promise<string> {
  await using db = createPg(dsn)
  return db.value<string>(WHO)
}

const psql = await run('psql', ['--version']).then(
  () => true,
  () => false,
)

test('a URI and a string of name=value lead to the same session', async () => {
  const more = "application_name='a  b+c' options='-c search_path=x'"
  const expected = `${role}|${database.name}|a  b+c|x`
  expect(await asked(`${conninfo} ${more}`)).toBe(expected)
  expect(await asked(`${uri}?application_name=a%20%20b+c&options=-c%20search_path%3Dx`)).toBe(expected)
})

test.skipIf(!psql)(`psql agrees on each${psql ? '' : ' (skipped: psql is not installed)'}`, async () => {
  const { hostname, port } = new URL(database.dsn)
  const strings = [
    `${conninfo} application_name=a\\ b`,
    `${conninfo}application_name='a'`,
    `${conninfo} application_name= 'x=y' options=''`,
    `${conninfo}\n\tapplication_name\t=\n'ü'`,
    `${uri}?application_name=a+b`,
    `${uri}?application_name=a%2Bb%26c`,
    `${uri.replace('postgres:', 'postgresql:')}?`,
    `postgres:///?host=${hostname}&port=${port}&dbname=${database.name}&user=${encodeURIComponent(role)}&password=${encodeURIComponent(PASSWORD)}&application_name=q`,
    `postgres://unknown.invalid/${database.name}?hostaddr=${hostname}&port=${port}&user=${encodeURIComponent(role)}&password=${encodeURIComponent(PASSWORD)}&application_name=h`,
  ]
  const env = { ...process.env, PGAPPNAME: 'arlen' }
  for (const dsn of strings) {
    const { stdout } = await run('psql', [dsn, '-XAtc', WHO], { env })
    expect(await asked(dsn), dsn).toBe(stdout.trimEnd())
  }
})

test('migrations and test databases take such a string', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'arlen-conninfo-'))
  await writeFile(join(dir, '1_a.sql'), 'create table a (id int);')
  const { hostname, port, username, password } = new URL(database.dsn)
  const owner = `host=${hostname} port=${port} user=${username} password=${quoted(password)}`
  try {
    expect((await migrate({ dsn: `${owner} dbname=${database.name}`, dir })).steps).toHaveLength(1)
    await using made = await createTestDatabase({ dsn: `${owner} dbname=postgres`, migrations: dir })
    await using db = createPg(made.dsn)
    expect(await db.value("select to_regclass('a') is not null")).toBe(true)
  } finally {
    await rm(dir, { recursive: true })
  }
})

test('no error of a connection shows the password', async () => {
  for (const dsn of [
    `${conninfo} dbname=`,
    conninfo.replace('dbname=', 'dbname=no_'),
    uri.replace(/\/[^/]*$/, '/nope'),
  ]) {
    const error = (await rejection(asked(dsn))) as Error
    expect(`${error.message} ${error.stack}`).not.toContain('50%')
  }
})
