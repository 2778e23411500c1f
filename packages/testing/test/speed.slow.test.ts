import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { testClusterDsn } from '@arlen/pg/testing'
import { expect, test } from 'vitest'

const run = promisify(execFile)

/** What is promised of a quiet machine. On a busy one, a multiple of what the workers take to start and to end. */
const PROMISED_MS = 20_000
const STARTS = 8

test('five hundred tests with a transaction each, on the databases of four workers, take less than 20 s (timed)', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-speed-'))
  const migrations = join(folder, 'migrations')
  mkdirSync(migrations)
  writeFileSync(
    join(migrations, '0001_notes.sql'),
    'create table notes (id bigint generated always as identity, text text not null);',
  )
  const env = { ...process.env, TEST_DATABASE_URL: await testClusterDsn() }
  const program = join(import.meta.dirname, '../fixtures/many-tests.ts')
  const worker = (tests: number) =>
    run(process.execPath, ['--conditions=@arlen/source', program, migrations, String(tests)], { env })
  const timed = async (tests: number) => {
    const started = performance.now()
    const outputs = await Promise.all([1, 2, 3, 4].map(() => worker(tests)))
    expect(outputs.map(({ stdout, stderr }) => stdout + stderr)).toEqual(['', '', '', ''])
    return performance.now() - started
  }
  try {
    const ms = await timed(125)
    console.log(`500 tests over four workers: ${(ms / 1000).toFixed(1)} s`)
    if (ms >= PROMISED_MS) expect(ms).toBeLessThan(STARTS * (await timed(0)))
  } finally {
    rmSync(folder, { recursive: true })
  }
})
