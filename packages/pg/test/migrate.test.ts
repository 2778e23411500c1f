import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createPg, type MigrationEvent, migrate } from '../src/index.ts'
import { createTestDatabase, type TestDatabase } from '../src/testing/index.ts'

let database: TestDatabase
let dir: string

beforeEach(async () => {
  database = await createTestDatabase()
  dir = await mkdtemp(join(tmpdir(), 'arlen-migrations-'))
})

afterEach(async () => {
  await database.drop()
  await rm(dir, { recursive: true, force: true })
})

const write = (file: string, text: string) => writeFile(join(dir, file), text)
const up = (more = {}) => migrate({ dsn: database.dsn, dir, ...more })

describe('migrate', () => {
  test('applies what is pending in order, once', async () => {
    await write('2_b.sql', '-- up\ninsert into t values (1);\n-- down\ndelete from t;\n')
    await write('1_a.sql', 'create table t (id int);')
    const events: MigrationEvent[] = []
    expect((await up({ onEvent: (e: MigrationEvent) => events.push(e) })).steps.map(s => s.file)).toEqual([
      '1_a.sql',
      '2_b.sql',
    ])
    expect(events.map(e => e.type)).toEqual(['plan', 'start', 'done', 'start', 'done'])
    expect((await up()).steps).toEqual([])
    await using db = createPg(database.dsn)
    expect(await db.value('select count(*) from t')).toBe(1n)
  })

  test('a dry run changes nothing', async () => {
    await write('1_a.sql', 'create table t (id int);')
    expect((await up({ dryRun: true })).steps).toHaveLength(1)
    await using db = createPg(database.dsn)
    expect(await db.value("select to_regclass('arlen_migrations')")).toBeNull()
  })

  test('a failing file leaves nothing behind, and says where it fails', async () => {
    await write('1_a.sql', 'create table t (id int);\nalter table t add colum x int;')
    await expect(up()).rejects.toMatchObject({ code: 'migration_failed', message: expect.stringContaining('> 2 |') })
    await using db = createPg(database.dsn)
    expect(await db.value("select to_regclass('t')")).toBeNull()
  })

  test('eight at once apply each file once', async () => {
    await write('1_a.sql', 'create table t (id int);')
    await write('2_b.sql', '-- no transaction\ncreate index concurrently t_id on t (id);')
    await write('3_c.sql', 'insert into t values (1);')
    const reports = await Promise.all(Array.from({ length: 8 }, () => up()))
    expect(reports.flatMap(r => r.steps.map(s => s.file)).sort()).toEqual(['1_a.sql', '2_b.sql', '3_c.sql'])
  })
})
