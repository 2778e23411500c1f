import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { migrate } from '../src/index.ts'
import { migrationStatus } from '../src/migrate/index.ts'
import { countOthers, until } from './helpers.ts'
import { openDatabase } from './open-database.ts'

const program = join(import.meta.dirname, '../fixtures/migrate.ts')
const { dsn, db, admin } = await openDatabase()
const dir = await mkdtemp(join(tmpdir(), 'arlen-killed-'))
afterAll(() => rm(dir, { recursive: true, force: true }))

function startMigrator(): ChildProcess {
  return spawn(process.execPath, ['--conditions=@arlen/source', program, dsn, dir], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: import.meta.dirname,
  })
}

/** What a killed migrator leaves: each table is there exactly when its migration is recorded, or its index was begun. */
async function expectSound(): Promise<void> {
  for (const { version, state } of await migrationStatus({ dsn, dir })) {
    const found = (await db.value('select to_regclass($1)', [`thing_${version}`])) !== null
    if (state === 'applied') expect(found, version).toBe(true)
    if (state === 'pending') expect(found, version).toBe(false)
  }
}

test('killed at any point, a migration is applied or not, and the next run continues', async () => {
  await writeFile(join(dir, '1_base.sql'), 'create table thing_1 as select i from generate_series(1, 20000) i;')
  for (let n = 2; n <= 30; n++) {
    const index = `-- no transaction\ncreate index concurrently thing_${n} on thing_1 (i);`
    const table = `create table thing_${n} (id int);\nselect pg_sleep(0.01);\ninsert into thing_${n} values (1);`
    await writeFile(join(dir, `${n}_x.sql`), n % 3 === 0 ? index : table)
  }
  let kills = 0
  for (let delay = 0; ; delay = (delay + 37) % 200) {
    const migrator = startMigrator()
    let output = ''
    migrator.stdout!.on('data', chunk => {
      output += chunk
    })
    const ended = once(migrator, 'exit')
    const begun = until(() => /start|repaired|applied/.test(output) || migrator.exitCode !== null)
    await Promise.race([begun, ended])
    await Promise.race([new Promise(resolve => setTimeout(resolve, delay)), ended])
    if (migrator.exitCode === 0) break
    expect(migrator.exitCode, output).toBeNull()
    migrator.kill('SIGKILL')
    kills++
    await ended
    await until(async () => (await countOthers(admin)) <= 2) // the server notices in its own time
    await expectSound()
    if (kills > 40) break
  }
  await migrate({ dsn, dir })
  expect(kills).toBeGreaterThan(2)
  expect((await migrationStatus({ dsn, dir })).map(({ state }) => state)).toEqual(Array(30).fill('applied'))
  expect(await db.value('select count(*) from pg_index where not indisvalid')).toBe(0n)
})

test('five hundred files with nothing pending take a fraction of the time of applying them (timed)', {
  retry: 2,
}, async () => {
  const many = await mkdtemp(join(tmpdir(), 'arlen-many-'))
  try {
    await Promise.all(
      Array.from({ length: 500 }, (_, i) =>
        writeFile(
          join(many, `${10_000 + i}_x.sql`),
          `-- up\ncreate table many_${i} (id int primary key, name text not null);\n-- down\ndrop table many_${i};\n`,
        ),
      ),
    )
    const target = { dsn, dir: many, table: 'many_migrations' }
    const begun = performance.now()
    expect((await migrate(target)).steps).toHaveLength(500)
    const appliedMs = performance.now() - begun
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      const started = performance.now()
      await migrate(target)
      times.push(performance.now() - started)
    }
    expect(Math.min(...times)).toBeLessThan(appliedMs / 4)
    console.log(`500 files, nothing pending: ${Math.round(Math.min(...times))} ms`)
  } finally {
    await rm(many, { recursive: true })
  }
})
