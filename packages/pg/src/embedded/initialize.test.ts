// With a program that stands for initdb: the real one takes seconds, and is tried in embedded.test.ts.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { initialize, readSettings } from './server.ts'

let dir: string
let folder: DataFolder
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'arlen-initialize-'))
  folder = await openDataFolder(join(dir, 'home'), undefined)
})
afterEach(() => rmSync(dir, { recursive: true }))

const SUCCEEDS = `
printf '%s\\n' "$@" > "$HOME/arguments"
for each; do case "$each" in
  --pgdata=*) mkdir "\${each#--pgdata=}" && echo 18 > "\${each#--pgdata=}/PG_VERSION" ;;
  --pwfile=*) cat "\${each#--pwfile=}" > "$HOME/given" ;;
esac; done`

function initdb(script: string, durable = true): Promise<void> {
  const program = join(dir, 'initdb')
  writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return initialize(folder, { initdb: program, postgres: '', version: '18.4.0-beta.17' }, undefined, durable)
}

const argumentsGiven = () => readFileSync(join(folder.home, 'arguments'), 'utf8').trim().split('\n')

test('data are made beside their place, with a password that stays in the settings', async () => {
  await initdb(SUCCEEDS)
  expect(argumentsGiven()).toEqual([
    `--pgdata=${folder.data}.making`,
    `--pwfile=${join(folder.home, 'password')}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    '--set=timezone=UTC',
    '--set=log_timezone=UTC',
  ])
  const { password, port } = await readSettings(folder)
  expect([password, port]).toEqual([readFileSync(join(folder.home, 'given'), 'utf8'), 0])
  expect(password).toMatch(/^[\da-f]{32}$/)
  expect(statSync(folder.settings).mode & 0o777).toBe(0o600)
  expect(readdirSync(folder.home).sort()).toEqual(['arguments', 'data', 'embedded.json', 'given'])
})

test('data that need not last are not synced', async () => {
  await initdb(SUCCEEDS, false)
  expect(argumentsGiven()).toContain('--no-sync')
})

test('data that are there are left alone', async () => {
  mkdirSync(folder.data)
  writeFileSync(join(folder.data, 'PG_VERSION'), '18\n')
  await initdb('exit 1')
  expect(existsSync(folder.settings)).toBe(false)
})

test('data of another version are refused', async () => {
  mkdirSync(folder.data)
  writeFileSync(join(folder.data, 'PG_VERSION'), '17\n')
  await expect(initdb(SUCCEEDS)).rejects.toMatchObject({
    code: 'embedded_version',
    message: expect.stringContaining('was created by PostgreSQL 17, but 18 is installed.'),
  })
})

test('what an interrupted initdb has left is replaced', async () => {
  for (const left of [folder.data, `${folder.data}.making`]) {
    mkdirSync(left)
    writeFileSync(join(left, 'rest'), 'x')
  }
  await initdb(SUCCEEDS)
  expect(readdirSync(folder.data)).toEqual(['PG_VERSION'])
  expect(existsSync(`${folder.data}.making`)).toBe(false)
})

test.each([
  [
    'its error and hint',
    'echo "noise\ninitdb: error: no space\nHINT: Make room.\nmore" >&2; exit 1',
    'no space. Make room.',
  ],
  ['its error', 'echo "FATAL:  no shared memory" >&2; exit 1', 'no shared memory'],
  ['all that it says', 'echo "something odd" >&2; exit 1', 'something odd'],
  ['how it ended', 'exit 7', 'initdb exited with 7'],
])('a failure has %s, and leaves no password', async (_, script, reason) => {
  await expect(initdb(script)).rejects.toMatchObject({
    code: 'embedded_failed',
    message: `The embedded PostgreSQL in ${folder.home} failed to initialize: ${reason}`,
  })
  expect(readdirSync(folder.home)).toEqual([])
})

test('a program that does not run on this system says so', async () => {
  const missing = { initdb: join(dir, 'none'), postgres: '', version: '18.4.0' }
  await expect(initialize(folder, missing, undefined, true)).rejects.toThrow(
    /failed to initialize: spawn .* ENOENT\. The binaries are for glibc: Alpine Linux has no use for them\./,
  )
})
