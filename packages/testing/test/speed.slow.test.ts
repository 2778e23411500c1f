import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { testClusterDsn } from '@arlen/pg/testing'
import { expect, test } from 'vitest'

const run = promisify(execFile)

test('five hundred tests with a transaction each, on the databases of four workers, take less than 20 s', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'arlen-speed-'))
  const migrations = join(folder, 'migrations')
  mkdirSync(migrations)
  writeFileSync(
    join(migrations, '0001_notes.sql'),
    'create table notes (id bigint generated always as identity, text text not null);',
  )
  const env = { ...process.env, TEST_DATABASE_URL: await testClusterDsn() }
  const program = join(import.meta.dirname, '../fixtures/many-tests.ts')
  const worker = () => run(process.execPath, ['--conditions=@arlen/source', program, migrations, '125'], { env })
  const started = performance.now()
  const outputs = await Promise.all([worker(), worker(), worker(), worker()])
  const ms = performance.now() - started
  rmSync(folder, { recursive: true })
  expect(outputs.map(({ stdout, stderr }) => stdout + stderr)).toEqual(['', '', '', ''])
  console.log(`500 tests over four workers: ${(ms / 1000).toFixed(1)} s`)
  expect(ms).toBeLessThan(20_000)
})
