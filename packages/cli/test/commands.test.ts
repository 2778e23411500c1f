import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from '@arlen/pg/testing'
import { describe, expect, test } from 'vitest'
import { commands, runCli } from '../src/index.ts'
import { temporaryApp } from './temporary-app.ts'

const APP = "import { createApp } from 'arlen'\nexport default createApp({ config: { session: { enabled: false } } })"
const SHOP = join(import.meta.dirname, '../../../apps/strickland')

async function arlen(argv: readonly string[], env: Record<string, string> = {}, cwd = SHOP) {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const code = await runCli(argv, commands, '0.0.0', { cwd, env, out: write, err: write })
  return { code, text: lines.join('\n') }
}

test('an application that is CommonJS by package.json gets an error of its own', async () => {
  const broken = temporaryApp({ 'package.json': '{ "type": "commonjs" }', 'app.ts': APP })
  const { code, err } = await broken.arlen(['routes'])
  expect(code).toBe(1)
  expect(err).toContain('Add "type": "module" to the package.json in')
  const mistaken = temporaryApp({ 'app.ts': `${APP}\nexport (` })
  expect((await mistaken.arlen(['routes'])).err).not.toContain('"type": "module"')
})

describe('arlen migrate', () => {
  test('prints the plan with --dry-run, applies it once, and then has nothing to do', async () => {
    await using database = await createTestDatabase()
    const dsn = ['--dsn', database.dsn]
    const plan = await arlen(['migrate', '--dry-run', ...dsn])
    expect(plan).toMatchObject({ code: 0, text: expect.stringContaining('would apply 0001_catalog') })
    expect(await arlen(['migrate', ...dsn])).toMatchObject({ code: 0, text: expect.stringContaining('applied 0003_') })
    expect(await arlen(['migrate', ...dsn])).toEqual({ code: 0, text: 'Nothing to migrate.' })
  })

  test('takes the database of the environment, and says what to do where none is configured', async () => {
    await using database = await createTestDatabase()
    expect((await arlen(['migrate', '--dry-run'], { DATABASE_URL: database.dsn })).code).toBe(0)
    const { code, text } = await arlen(['migrate', '--env', 'production'])
    expect([code, text]).toEqual([
      1,
      'arlen: no database is configured. Give --dsn, or set DATABASE_URL or db.url in config/.',
    ])
  })

  test('prints the state, undoes, redoes, and verifies', async () => {
    await using database = await createTestDatabase()
    const run = (...words: string[]) => arlen(['migrate', ...words, '--dsn', database.dsn])
    expect((await run('status')).text).toMatch(/^pending {6}0001_catalog$/m)
    await run()
    expect((await run('status')).text).toMatch(/^applied {6}0001_catalog {2}20\d\d-/m)
    expect((await run('down', '--dry-run')).text).toMatch(/^would undo \d{4}_/)
    expect((await run('redo')).text).toMatch(/undid (\d{4})_.*\napplied \1_/)
    expect(await run('verify')).toEqual({ code: 0, text: 'The database and the files agree.' })
    expect((await run('down', '--to', '0')).code).toBe(0)
    expect((await run('down')).text).toBe('Nothing to undo.')
  })

  test('reports as one JSON object, failures too', async () => {
    await using database = await createTestDatabase()
    const json = async (...words: string[]) =>
      JSON.parse((await arlen(['migrate', ...words, '--json', '--dsn', database.dsn])).text)
    expect((await json('status')).migrations[0]).toMatchObject({ name: 'catalog', state: 'pending' })
    expect(await json('--dry-run')).toMatchObject({ dryRun: true })
    expect((await json()).steps[0]).toMatchObject({ name: 'catalog', direction: 'up' })
    expect(await json('verify')).toEqual({ ok: true, wrong: [] })
    expect(await json('resolve', '9999', 'applied')).toMatchObject({ error: { code: expect.any(String) } })
    expect(await json('sideways')).toMatchObject({ error: { code: 'usage_invalid' } })
  })

  test('answers actions it does not have with those it has, exit code 2', async () => {
    const { code, text } = await arlen(['migrate', 'sideways'])
    expect(code).toBe(2)
    expect(text).toContain('it takes up, status, down, redo, verify, accept-drift, resolve, rename')
    expect((await arlen(['migrate', 'statsu'])).text).toContain('there is no migrate statsu; did you mean status?')
    expect((await arlen(['migrate', 'accept-drift'])).code).toBe(2)
    expect((await arlen(['migrate', '--check', '--dsn', 'postgres://x'])).code).toBe(2) // nothing is applied by mistake
    expect((await arlen(['migrate', 'down', '--steps', 'x', '--dsn', 'postgres://x'])).code).toBe(2)
  })

  test.each([
    ['down --lint', '--lint'],
    ['down --expand', '--expand'],
    ['status --dry-run', '--dry-run'],
    ['accept-drift 0001 --dry-run', '--dry-run'],
    ['resolve 0001 applied --dry-run', '--dry-run'],
    ['rename 0001 --dry-run', '--dry-run'],
    ['--steps 2', '--steps'],
    ['verify --to 1', '--to'],
  ])('changes nothing by an option that an action would ignore: migrate %s', async (line, option) => {
    const { code, text } = await arlen(['migrate', ...line.split(' '), '--dsn', 'postgres://nobody@127.0.0.1:1/none'])
    expect([code, text]).toEqual([2, expect.stringContaining(`does not take ${option}`)])
  })

  test('says in one line that a server cannot be reached', async () => {
    const { code, text } = await arlen(['migrate', '--dsn', 'postgres://nobody:secret@127.0.0.1:1/none'])
    expect(code).toBe(1)
    expect(text.split('\n')).toHaveLength(1)
    expect(text).not.toContain('secret')
  })
})

test('arlen routes lists the routes of the application', async () => {
  const { code, text } = await arlen(['routes'])
  expect(code).toBe(0)
  expect(text).toMatch(/^GET +\/api\/orders\/:id +order\b/m)
  const rows = JSON.parse((await arlen(['routes', '--json'])).text)
  expect(rows).toContainEqual({ method: 'POST', path: '/api/orders' })
  const types = (await arlen(['routes', '--types'])).text
  expect(types).toContain("declare module 'arlen/router'")
  expect(types).toContain('"order": "/api/orders/:id"')
})

describe('arlen finds mistakes before production does', () => {
  const SECRETS = { ARLEN_SESSION_SECRETS: 'kS8f2jQpZ1vB7nXw4mTr9yLcA0dEhGuI' }
  const folder = (migration: string) => {
    const root = mkdtempSync(join(tmpdir(), 'arlen-check-'))
    mkdirSync(join(root, 'db/migrations'), { recursive: true })
    writeFileSync(join(root, 'db/migrations/0001_change.sql'), `-- up\n${migration}\n`)
    return root
  }

  test('check names unsafe migrations with place and recipe, exit code 1', async () => {
    const root = folder('create index things_name on things (name);')
    const { code, text } = await arlen(['check', '--only', 'migrations'], SECRETS, root)
    expect(code).toBe(1)
    expect(text).toMatch(/0001_change\.sql:\d+:\d+ /)
    expect(text).toContain('CREATE INDEX CONCURRENTLY')
    rmSync(root, { recursive: true })
  })

  test('check reads the configuration of production, whose secrets it need not have', async () => {
    const root = folder('create table things (id bigint generated always as identity primary key);')
    const config = ['check', '--only', 'config,migrations']
    expect((await arlen(config, SECRETS, root)).text).not.toContain('session.secrets')
    expect(await arlen(config, {}, root)).toMatchObject({ code: 0, text: expect.stringContaining('session.secrets') })
    const wrong = await arlen(config, { ARLEN_SESSION_SECURE: 'false' }, root)
    expect(wrong).toMatchObject({ code: 1, text: expect.stringContaining('session.secure') })
    rmSync(root, { recursive: true })
  })

  test('migrate --lint looks at what is pending and applies nothing', async () => {
    await using database = await createTestDatabase()
    const root = folder('create index things_name on things (name);')
    const lint = await arlen(['migrate', '--lint', '--dsn', database.dsn], {}, root)
    expect(lint.code).toBe(1)
    expect((await arlen(['migrate', 'status', '--dsn', database.dsn], {}, root)).text).toMatch(/^pending/)
    rmSync(root, { recursive: true })
  })

  test('sql check describes the queries of the shop and finds no mistake', async () => {
    await using database = await createTestDatabase({ migrations: join(SHOP, 'db/migrations') })
    const { text } = await arlen(['sql', 'check', '--dsn', database.dsn])
    expect(text).toMatch(/\d{2} queries described/)
    expect((await arlen(['sql', 'guess'])).code).toBe(2)
  })
})

test('arlen routes --match explains how a request is routed', async () => {
  const { text } = await arlen(['routes', '--match', 'get /api/orders/7?x=1'])
  expect(text).toContain('/api/orders/:id')
  expect((await arlen(['routes', '--match', 'nonsense'])).code).toBe(2)
})

test('arlen generate makes secrets and migrations, and nothing else', async () => {
  const root = mkdtempSync(join(tmpdir(), 'arlen-cli-'))
  writeFileSync(join(root, 'package.json'), '{}')
  const { text: secret } = await arlen(['generate', 'secret'])
  expect(secret).toMatch(/^[\w-]{43}$/)
  const { text: told } = await arlen(['generate', 'migration', 'add', 'reviews'], {}, root)
  const path = /^create (db\/migrations\/\d+_add_reviews\.sql)$/m.exec(told)![1]!
  expect(readFileSync(join(root, path), 'utf8')).toContain('-- up')
  expect((await arlen(['generate', 'sandwich'])).code).toBe(2)
  rmSync(root, { recursive: true })
})

test('arlen config prints each value with its source, and masks secrets', async () => {
  const { text } = await arlen(['config', '--env', 'production'], {
    DATABASE_URL: 'postgres://a:hunter2@h/d',
    PORT: '80',
    ARLEN_SESSION_SECRETS: 'kS8f2jQpZ1vB7nXw4mTr9yLcA0dEhGuI',
  })
  expect(text).toContain('http.port = 80  (HOST, PORT, DATABASE_URL)')
  expect(text).toContain('static.maxAgeSeconds = 86400  (config/environments/production.ts)')
  expect(text).toContain('db.url = "[secret]"')
  expect(text).not.toContain('hunter2')
})

test('a folder without an application is an error that says so', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'arlen-cli-'))
  const { code, text } = await arlen(['routes'], {}, empty)
  rmSync(empty, { recursive: true })
  expect(code).toBe(1)
  expect(text).toMatch(/has no app\.ts or app\.js/)
})

test('a reader that stops early, as head does, is not an error', async () => {
  const app = temporaryApp({ 'app.ts': APP })
  const child = app.start(['config'])
  let err = ''
  child.stderr!.on('data', chunk => (err += chunk))
  child.stdout!.destroy()
  const [code] = await once(child, 'close')
  expect([code, err]).toEqual([0, ''])
})
