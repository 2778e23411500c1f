import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { serveApp } from './serve-app.ts'

test('an application with migrations and no DSN gets an embedded PostgreSQL outside production', async () => {
  const root = mkdtempSync(join(tmpdir(), 'arlen-embedded-'))
  chmodSync(root, 0o755)
  mkdirSync(join(root, 'db/migrations'), { recursive: true })
  writeFileSync(join(root, 'db/migrations/0001_things.sql'), '-- up\ncreate table things (id int);\n')
  const build = () =>
    serveApp(app => void app.get('/', async c => ({ version: await c.db.value('show server_version_num') })), { root })
  const [first, second] = await Promise.all([build(), build()])
  const versions = await Promise.all([first, second].map(async served => (await served.get('/')).json()))
  expect(Number(versions[0].version)).toBeGreaterThan(170_000)
  expect(versions[0]).toEqual(versions[1])
  await Promise.all([first.close(), second.close()])
  rmSync(root, { recursive: true, force: true })
})
