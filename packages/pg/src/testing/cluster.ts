import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Embedded, startEmbedded } from '../embedded/index.ts'
import { nameOwner, removeAbandoned } from './abandoned.ts'

/** How long the test server runs after its last worker has ended, so that the next test file need not start it. */
const LINGER_MS = 20_000

let running: Promise<Embedded> | undefined

/**
 * The DSN of a PostgreSQL for tests: `TEST_DATABASE_URL` if set, otherwise one embedded server for the whole working copy,
 * started on first use and shared by all test workers and parallel runs. It stops by itself some seconds after its last
 * user.
 */
export async function testClusterDsn(): Promise<string> {
  const given = process.env.TEST_DATABASE_URL
  if (given) return given
  running ??= startTestCluster()
  return (await running).dsn
}

/**
 * Starts or joins the test server. Its data is disposable and nothing is synced to disk.
 *
 * @param dir - the data folder: by default `$ARLEN_PG_TEST_DIR`, or one in the temporary folder for this working copy, which
 *   is removed by a later start of any test server once the working copy no longer exists
 */
export async function startTestCluster(dir?: string): Promise<Embedded> {
  const given = dir || process.env.ARLEN_PG_TEST_DIR
  if (given) return startIn(given)
  const owner = workingCopy(process.cwd())
  const key = createHash('sha256').update(owner).digest('hex').slice(0, 12)
  const prefix = join(tmpdir(), `arlen-test-pg-${process.getuid?.() ?? 0}-`)
  await removeAbandoned(prefix)
  const started = await startIn(prefix + key)
  await nameOwner(prefix + key, owner)
  return started
}

function startIn(dir: string): Promise<Embedded> {
  return startEmbedded({
    dir,
    durable: false,
    disposable: true,
    lingerMs: LINGER_MS,
    settings: { max_connections: 300, max_prepared_transactions: 10, autovacuum: 'off' },
  })
}

/**
 * The folder at or above `dir` that contains the version control folder, so that all packages of a repository share a
 * server.
 */
function workingCopy(dir: string): string {
  for (let at = dir; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at
    if (at === dirname(at)) return dir
  }
}
