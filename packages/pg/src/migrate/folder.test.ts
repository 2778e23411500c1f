import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { listMigrations, readFolder, recognizeByMarks, requireSome } from './folder.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'arlen-folder-'))
})
afterEach(() => rmSync(dir, { recursive: true }))

/** Files by their paths, folders by a final slash. */
function make(...paths: string[]): void {
  for (const path of paths) {
    const at = join(dir, path)
    mkdirSync(path.endsWith('/') ? at : dirname(at), { recursive: true })
    if (!path.endsWith('/')) writeFileSync(at, 'select 1;')
  }
}

test('migrations are in the order of their names; hidden files and others are none', async () => {
  make(
    '010_b.sql',
    '9_a.sql',
    '002_c.sql',
    '.gitkeep',
    '.002_old.sql',
    'README.md',
    'seed.sql',
    'notes/a.txt',
    'empty/',
  )
  expect(await listMigrations(dir)).toEqual(['002_c.sql', '010_b.sql', '9_a.sql', 'seed.sql'])
  expect((await readFolder(dir)).map(({ name }) => name)).toEqual([
    '002_c.sql',
    '010_b.sql',
    '9_a.sql',
    'README.md',
    'empty',
    'notes',
    'seed.sql',
  ])
})

test.each(['001_a.SQL', '001_a.Sql', 'other.sqL'])('%s would be skipped in silence, and is refused', async name => {
  make(name, '002_b.sql')
  await expect(listMigrations(dir)).rejects.toMatchObject({
    code: 'migration_invalid',
    message: expect.stringContaining(`${name}`),
  })
})

test.each([
  ['prisma', '20260101_init/migration.sql', ['20260101_init/migration.sql', 'migration_lock.toml']],
  ['diesel', '2026-01-01_init/up.sql', ['2026-01-01_init/up.sql', '2026-01-01_init/down.sql', '001_a.sql']],
  ['sqlx', '1_init.up.sql', ['1_init.up.sql', '1_init.down.sql']],
  ['node-pg-migrate', '17_init.js', ['17_init.js']],
  ['node-pg-migrate', '17-init.ts', ['17-init.ts', '001_a.sql']],
  ['node-pg-migrate', '17_init.cjs', ['17_init.cjs']],
  ['node-pg-migrate', '17_init.mts', ['17_init.mts']],
  ['another tool', 'v1/a.sql', ['v1/a.sql']],
  ['another tool', 'v1/a.SQL', ['v0/', 'v1/a.SQL', 'v1/readme.md']],
])('a folder of %s is recognized by %s', async (tool, example, paths) => {
  make(...paths)
  await expect(listMigrations(dir)).rejects.toMatchObject({
    code: 'migrations_foreign',
    message: expect.stringMatching(new RegExp(`${tool}.*${example}|${example}.*${tool}`, 's')),
  })
})

test.each([
  [['001_a.sql', 'old/b.sql']],
  [['001_a.sql', 'a.up.sql', 'v1.up.sql']],
  [['001_a.sql', '001_a.json', 'index.js', '001.js', '001_a.jsx', 'x1_a.ts']],
  [['migration.sql', 'up.sql', '001_a.sql']],
  [['001_a.sql', 'x/migration.sql.bak', 'x/up.sqlite', 'x/setup.sql']],
])('%j is none of theirs', async paths => {
  make(...paths)
  expect(await listMigrations(dir)).toEqual(paths.filter(path => /^[^/]*\.sql$/.test(path)).sort())
})

test('a folder that is named like a migration is left to what reads it', async () => {
  make('001_a.sql/migration.sql', '002_b.sql')
  expect(await listMigrations(dir)).toEqual(['001_a.sql', '002_b.sql'])
})

test('what is missing, is no folder or cannot be read is told apart', async () => {
  make('file')
  const told = (path: string) =>
    readFolder(path).then(
      () => undefined,
      (error: Error & { code: string }) => [error.code, error.message],
    )
  expect(await told(join(dir, 'none'))).toEqual(['migrations_not_found', expect.stringContaining('does not exist')])
  expect(await told(join(dir, 'file'))).toEqual(['migrations_not_found', expect.stringContaining('is no folder')])
  expect((await told('x'.repeat(5_000)))![0]).toBe('ENAMETOOLONG')
})

test('nothing to apply and nothing applied is an error', () => {
  expect(() => requireSome(dir, [], [])).toThrow(expect.objectContaining({ code: 'migrations_not_found' }))
  expect(() => requireSome(dir, [], [])).toThrow('is empty')
  for (const [files, applied] of [
    [[1], []],
    [[], [1]],
    [[1], [1]],
  ]) {
    expect(() => requireSome(dir, files!, applied!)).not.toThrow()
  }
})

test.each([
  ['-- migrate:up', 'dbmate'],
  ['  --migrate:up transaction:false', 'dbmate'],
  ['select 1;\n\t-- \tmigrate:up', 'dbmate'],
  ['-- migrate:upward', undefined],
  ['-- MIGRATE:UP', undefined],
  ['-- no migrate:up', undefined],
  ['-- +goose Up', 'goose'],
  ['--+goose up', 'goose'],
  ['\n -- +GOOSE  UP\n', 'goose'],
  ['-- +gooseup', undefined],
  ['-- goose up', undefined],
  ['-- Up Migration', 'node-pg-migrate'],
  ['--up migration', 'node-pg-migrate'],
  ['-- up migrations', undefined],
  ['select 1', undefined],
])('the comment %j is of %s', async (text, tool) => {
  writeFileSync(join(dir, '1.sql'), 'select 1;')
  writeFileSync(join(dir, '2.sql'), text)
  expect(await recognizeByMarks(dir, ['1.sql', '2.sql'])).toEqual(tool && { tool, example: '2.sql' })
})
