import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { testClusterDsn } from '../src/testing/index.ts'
import { pgbouncer, startPgbouncer } from './pgbouncer-process.ts'

// What a pool promises, it promises with a single connection, without pipelining and behind a pooler: the same tests
// run once more for each.
const ROOT = join(import.meta.dirname, '../../..')
const SUITE = ['queries', 'types', 'hostile-strings', 'streaming', 'transactions'].map(
  name => `packages/pg/test/${name}.test.ts`,
)

async function runSuite(pool: object, files: readonly string[] = SUITE): Promise<string> {
  const env = { ...process.env, ARLEN_PG_TEST_POOL: JSON.stringify(pool) }
  const args = ['run', '--no-color', '--reporter=default', ...files]
  const run = promisify(execFile)(join(ROOT, 'node_modules/.bin/vitest'), args, { cwd: ROOT, env })
  const { stdout, stderr } = await run.catch(error => error as { stdout: string; stderr: string })
  return `${stdout}\n${stderr}` // where something has failed, the second says why
}

const passed = (output: string) => {
  expect(output).not.toMatch(/\d+ failed/)
  expect(output).toMatch(/Tests +\d+ passed/)
}

describe('the suite passes', { timeout: 600_000 }, () => {
  test('with a single connection', async () => passed(await runSuite({ max: 1 })))
  test('with a connection for each query', async () => passed(await runSuite({ sharedConnections: 0 })))
  test.skipIf(!pgbouncer)(
    `through PgBouncer in transaction mode${pgbouncer ? '' : ' (skipped: it is not installed)'}`,
    async () => {
      await using pooler = await startPgbouncer(await testClusterDsn())
      passed(await runSuite({ via: `127.0.0.1:${pooler.port}`, prepare: false }))
    },
  )
})
