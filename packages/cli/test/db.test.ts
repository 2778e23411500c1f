import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createPg } from '@arlen/pg'
import { testClusterDsn } from '@arlen/pg/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { commands, runCli } from '../src/index.ts'
import { temporaryApp } from './temporary-app.ts'

/** A name on the server of the tests that no database has yet. */
async function freshDsn(): Promise<string> {
  const url = new URL(await testClusterDsn())
  url.pathname = `/arlen_cli_${randomBytes(6).toString('hex')}`
  onTestFinished(async () => void (await db(['drop', '--force', '--allow-production'], url.href)))
  return url.href
}

async function db(argv: readonly string[], dsn: string, root = import.meta.dirname, env: Record<string, string> = {}) {
  const [out, err]: [string[], string[]] = [[], []]
  const io = { cwd: root, env, out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) }
  const code = await runCli(['db', ...argv, '--dsn', dsn], commands, '0.0.0', io)
  return { code, out: out.join('\n'), err: err.join('\n') }
}

async function ask<T>(dsn: string, text: string): Promise<T> {
  await using pg = createPg(dsn)
  return (await pg.value(text as never)) as T
}

const MIGRATION =
  '-- up\ncreate table things (id integer generated always as identity primary key, name text not null);\n'
const SEEDS = 'export default db => db.execute("insert into things (name) values (\'hose\')")\n'

test('creates a database once and drops it once', async () => {
  const dsn = await freshDsn()
  const name = new URL(dsn).pathname.slice(1)
  expect((await db(['create'], dsn)).out).toMatch(`created ${name} on 127.0.0.1:`)
  expect(await db(['create'], dsn)).toMatchObject({ code: 0, out: expect.stringContaining('already') })
  expect(await ask(dsn, 'select current_database()')).toBe(name)
  expect(JSON.parse((await db(['drop', '--json'], dsn)).out)).toMatchObject({ database: name, dropped: true })
  expect((await db(['drop'], dsn)).out).toContain(`there is no ${name}`)
})

test.each([
  [['create', '--schema-only'], '--schema-only'],
  [['seed', '--force'], '--force'],
  [['drop', '--out', 'x.sql'], '--out'],
  [['dump', '--allow-production'], '--allow-production'],
])('refuses what an action would ignore: db %j', async (argv, option) => {
  const { code, err } = await db(argv, 'postgres://nobody@127.0.0.1:1/none')
  expect([code, err]).toEqual([2, expect.stringContaining(`db ${argv[0]} does not take ${option}`)])
})

test('takes a string of name=value as a connection string', async () => {
  const url = new URL(await freshDsn())
  const name = url.pathname.slice(1)
  const dsn = `host=${url.hostname} port=${url.port} user=${url.username} password='${url.password}' dbname=${name}`
  expect((await db(['create'], dsn)).out).toMatch(`created ${name} on 127.0.0.1:`)
  expect(await ask(dsn, 'select current_database()')).toBe(name)
  expect((await db(['drop'], dsn)).out).toContain(`dropped ${name}`)
  expect(await db(['create'], dsn.replace(/ dbname=.*/, ''))).toMatchObject({
    code: 1,
    err: expect.stringContaining('dbname=name'),
  })
  expect((await db(['create'], `${dsn} nope`)).err).not.toContain(url.password)
})

test('drops a database in use only when that is meant', async () => {
  const dsn = await freshDsn()
  await db(['create'], dsn)
  await using pg = createPg(dsn)
  await pg.value('select 1')
  expect(await db(['drop'], dsn)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/being accessed by other users/),
  })
  expect(await db(['drop', '--force'], dsn)).toMatchObject({ code: 0, out: expect.stringContaining('dropped') })
})

test('resets: drops, creates, migrates and seeds', async () => {
  const app = temporaryApp({ 'db/migrations/0001_things.sql': MIGRATION, 'db/seeds.js': SEEDS })
  const dsn = await freshDsn()
  for (let i = 0; i < 2; i++) {
    const { code, out } = await db(['reset'], dsn, app.root)
    expect([code, out]).toEqual([0, expect.stringMatching(/^reset \S+ on \S+: 1 migrations, db\/seeds\.js$/)])
  }
  expect(await ask(dsn, 'select count(*)::int from things')).toBe(1)
})

describe('seeds', () => {
  test('are all there or none, from a module or from SQL', async () => {
    const app = temporaryApp({ 'db/migrations/0001_things.sql': MIGRATION })
    const dsn = await freshDsn()
    await db(['reset'], dsn, app.root)
    const count = () => ask<number>(dsn, 'select count(*)::int from things')
    app.write({ 'db/seeds.sql': "insert into things (name) values ('a');\ninsert into things (name) values (null);\n" })
    expect((await db(['seed'], dsn, app.root)).code).toBe(1)
    expect(await count()).toBe(0)
    app.write({ 'db/seeds.sql': "insert into things (name) values ('a');\ninsert into things (name) values ('b');\n" })
    expect((await db(['seed'], dsn, app.root)).out).toContain('by db/seeds.sql')
    expect(await count()).toBe(2)
    app.write({
      'db/seeds.js': `export default async db => { await (${SEEDS.slice(15).trim()})(db); throw new Error('late') }`,
    })
    expect((await db(['seed'], dsn, app.root)).err).toContain('late')
    expect(await count()).toBe(2)
  })

  test('that are missing, or no function, are an error that says so', async () => {
    const app = temporaryApp()
    const dsn = await freshDsn()
    await db(['create'], dsn)
    expect((await db(['seed'], dsn, app.root)).err).toContain('Create one of db/seeds.ts, db/seeds.js, db/seeds.sql.')
    app.write({ 'db/seeds.js': 'export default 7' })
    expect((await db(['seed'], dsn, app.root)).err).toContain('export default async db =>')
  })
})

describe('production', () => {
  test.each(['drop', 'reset'])('is spared by %s, unless it is meant', async action => {
    const dsn = await freshDsn()
    await db(['create'], dsn)
    const app = temporaryApp({ 'db/migrations/0001_things.sql': MIGRATION })
    for (const environment of ['production', 'staging']) {
      const refused = await db([action, '--env', environment], dsn, app.root)
      expect([refused.code, refused.err]).toEqual([1, expect.stringContaining(`the environment is ${environment}`)])
    }
    expect((await db([action], dsn, app.root, { NODE_ENV: 'production' })).code).toBe(1)
    expect(await ask(dsn, 'select 1')).toBe(1)
    expect((await db([action, '--env', 'production', '--allow-production'], dsn, app.root)).code).toBe(0)
  })

  test('may be what a DSN of another machine leads to', async () => {
    const { code, err } = await db(['reset'], 'postgres://app:hunter2@db.example.com/shop')
    expect([code, err]).toEqual([
      1,
      expect.stringContaining('refusing to reset shop: db.example.com is another machine'),
    ])
    expect(err).not.toContain('hunter2')
  })
})

test.each([
  [['creat'], 2, 'there is no db creat; did you mean create?'],
  [[], 2, 'db needs an argument; it takes create, drop, reset, seed, dump, console'],
  [['create', 'more'], 2, 'db create takes nothing else'],
  [['drop', '--allow-prod'], 2, 'did you mean --allow-production?'],
])('%j is an invalid command line', async (argv, code, message) => {
  expect(await db(argv, 'postgres://x@127.0.0.1:1/y')).toMatchObject({ code, err: expect.stringContaining(message) })
})

test.each([
  ['nonsense', 'does not begin with postgres://'],
  ['postgres://host', 'must name a database'],
  ['mysql://host/name', 'does not begin with postgres://'],
])('%s is not a connection string with a database', async (dsn, reason) => {
  expect(await db(['create'], dsn)).toMatchObject({ code: 1, err: expect.stringContaining(reason) })
})

/** A stand-in for a program of PostgreSQL, which says how it was called. */
function fake(root: string, name: string): string {
  const file = join(root, 'bin', name)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(
    file,
    `#!/bin/sh
if [ "$1" = --version ]; then echo '${name} (PostgreSQL) 99.1'; exit; fi
echo "$@" "$PGHOST $PGUSER $PGPASSWORD $PGDATABASE"
exit 3
`,
  )
  chmodSync(file, 0o755)
  return dirname(file)
}

test('dump and console are programs of PostgreSQL, which get the password by their environment', async () => {
  const app = temporaryApp()
  const env = { PATH: `${fake(app.root, 'pg_dump')}:${fake(app.root, 'psql')}:/bin:/usr/bin` }
  const server = await freshDsn()
  await db(['create'], server)
  const { hostname, username, password, pathname } = new URL(server)
  const dumped = ['db', 'dump', '--schema-only', '--out', 'x.sql', '--dsn', server]
  expect(await app.arlen(dumped, { env })).toMatchObject({
    code: 3,
    out: `--no-owner --no-privileges --schema-only --file x.sql ${hostname} ${username} ${password} ${pathname.slice(1)}\n`,
  })
  const asJson = await app.arlen([...dumped, '--json'], { env })
  expect([asJson.code, JSON.parse(asJson.out).error.code, asJson.err]).toEqual([
    1,
    'dump_failed',
    expect.stringContaining('--no-owner'),
  ])
  const dsn = ['--dsn', 'postgres://ada:s%20cret@127.0.0.1:1/shop']
  expect(await app.arlen(['db', 'console', ...dsn], { env })).toMatchObject({
    code: 3,
    out: '--set=ON_ERROR_STOP=1 127.0.0.1 ada s cret shop\n',
  })
})

test('without them, dump says what to install, and console makes do', async () => {
  const app = temporaryApp()
  const dsn = await freshDsn()
  await db(['create'], dsn)
  const env = { PATH: '/nowhere' }
  const dump = await app.arlen(['db', 'dump', '--dsn', dsn], { env })
  expect([dump.code, dump.err]).toEqual([
    1,
    expect.stringMatching(/pg_dump (?:of PostgreSQL \d+ is not installed|is of PostgreSQL \d+).*Install/),
  ])
  const input = "create table a (n int, t text);\ninsert into a values (1, 'one'),\n  (22, null);\nselect * from a;\n"
  const { code, out } = await app.arlen(['db', 'console', '--dsn', dsn], { env, input })
  expect([code, out]).toEqual([0, 'CREATE\nINSERT 2\n n  | t\n----+-----\n 1  | one\n 22 |\n(2 rows)\n'])
  const failed = await app.arlen(['db', 'console', '--dsn', dsn], { env, input: 'select broken;\nselect 1;\n' })
  expect([failed.code, failed.out]).toEqual([1, 'ERROR: column "broken" does not exist\n'])
})

test('the schema is dumped into a file, where pg_dump is installed', async ({ skip }) => {
  const app = temporaryApp()
  const dsn = await freshDsn()
  await db(['create'], dsn)
  await ask(dsn, 'create table dumped (id int)').catch(() => undefined)
  const { code, err } = await app.arlen(['db', 'dump', '--schema-only', '--out', 'schema.sql', '--dsn', dsn])
  skip(/Install the client programs/.test(err), 'there is no pg_dump that is as new as the server of the tests')
  expect([code, err]).toEqual([0, ''])
  expect(readFileSync(join(app.root, 'schema.sql'), 'utf8')).toContain('CREATE TABLE public.dumped')
})
