import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestDatabase } from '@arlen/pg/testing'
import { describe, expect, test } from 'vitest'
import { commands, runCli } from '../src/index.ts'

const SHOP = join(import.meta.dirname, '../../../apps/strickland')

async function arlen(argv: readonly string[], env: Record<string, string> = {}, cwd = SHOP) {
  const lines: string[] = []
  const write = (line: string) => void lines.push(line)
  const code = await runCli(argv, commands, '0.0.0', { cwd, env, out: write, err: write })
  return { code, text: lines.join('\n') }
}

describe('arlen migrate', () => {
  test('prints the plan with --dry-run, applies it once, and then has nothing to do', async () => {
    await using database = await createTestDatabase()
    const dsn = ['--dsn', database.dsn]
    const plan = await arlen(['migrate', '--dry-run', ...dsn])
    expect(plan).toMatchObject({ code: 0, text: expect.stringContaining('would apply 0001_catalogue') })
    expect(await arlen(['migrate', ...dsn])).toMatchObject({ code: 0, text: expect.stringContaining('applied 0003_') })
    expect(await arlen(['migrate', ...dsn])).toEqual({ code: 0, text: 'Nothing to migrate.' })
  })

  test('takes the database of the environment, and says what to do where none is configured', async () => {
    await using database = await createTestDatabase()
    expect((await arlen(['migrate', '--dry-run'], { DATABASE_URL: database.dsn })).code).toBe(0)
    const { code, text } = await arlen(['migrate'])
    expect([code, text]).toEqual([
      1,
      'arlen: no database is configured. Give --dsn, or set DATABASE_URL or db.url in config/.',
    ])
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
  expect(text).toMatch(/^GET {3}\/api\/orders\/:id +order$/m)
  const rows = JSON.parse((await arlen(['routes', '--json'])).text)
  expect(rows).toContainEqual({ method: 'POST', path: '/api/orders' })
})

test('arlen config tells each value and its source, and masks secrets', async () => {
  const { text } = await arlen(['config', '--env', 'production'], {
    DATABASE_URL: 'postgres://a:hunter2@h/d',
    PORT: '80',
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
