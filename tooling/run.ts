/**
 * `make run`: the example shop in production, on an embedded PostgreSQL unless DATABASE_URL names another. HOST, PORT and
 * WORKERS (default 2) come from the environment; the data stays in apps/strickland/.arlen, or in the
 * folder SHOP_DATA.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ArlenError } from '@arlen/core'
import { migrate } from '@arlen/pg'
import { startEmbedded } from '@arlen/pg/embedded'
import { createPropane, type PropaneHandle } from '@arlen/propane'
import { generateSecret } from '@arlen/session'

const shop = join(import.meta.dirname, '../apps/strickland')
const { env } = process
env.ARLEN_MAIL_DELIVER ??= env.ARLEN_MAIL_HOST ? 'smtp' : 'outbox'

/** Everything that was started, to be stopped in reverse. */
const started: (() => Promise<unknown>)[] = []
let server: PropaneHandle | undefined
let stopping = false

process.on('SIGINT', stop)
process.on('SIGTERM', stop)
process.on('SIGHUP', () => server?.reload().catch(() => undefined)) // its log tells how it ended

/** A second signal does not wait for requests in flight. */
function stop(): void {
  if (stopping) void server?.quit()
  stopping = true
  void server?.stop()
}

try {
  await run()
} catch (error) {
  complain(error)
} finally {
  for (let undo = started.pop(); undo; undo = started.pop()) await undo().catch(complain)
}
process.exit()

async function run(): Promise<void> {
  const dsn = env.DATABASE_URL || (await startDatabase())
  if (stopping) return
  const { steps } = await migrate({ dsn, dir: join(shop, 'db/migrations') })
  if (steps.length > 0) say(`Applied ${steps.map(step => `${step.version}_${step.name}`).join(', ')}`)
  if (stopping) return
  server = await createPropane({
    app: join(shop, 'app.ts'),
    host: env.HOST || '127.0.0.1',
    port: env.PORT || '3000',
    workers: env.WORKERS || '2',
    probePath: '/readyz',
    preStopDelayMs: '0', // nothing routes traffic to a shop that is only being tried out
    env: { ...env, ARLEN_ENV: 'production', ARLEN_SESSION_SECRETS: sessionSecrets(), DATABASE_URL: dsn },
  })
  if (stopping) void server.stop()
  server.ready.then(
    () => say(`Strickland Propane is open at ${server?.url} (stop it with Ctrl-C)`),
    () => undefined, // the reason comes with `done`
  )
  const { code, reason } = await server.done
  process.exitCode = code
  if (code !== 0 && reason) complain(new ArlenError('propane_failed', reason))
}

async function startDatabase(): Promise<string> {
  const dir = env.SHOP_DATA || join(shop, '.arlen/postgres')
  const database = await startEmbedded({ dir, database: 'strickland' })
  started.push(() => database.stop())
  return database.dsn
}

/**
 * Created once and kept next to the data, as an operator would do: production never starts with a publicly known secret.
 */
function sessionSecrets(): string {
  if (env.ARLEN_SESSION_SECRETS) return env.ARLEN_SESSION_SECRETS
  const file = join(shop, '.arlen/session-secret')
  if (!existsSync(file)) {
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, generateSecret(), { mode: 0o600 })
  }
  return readFileSync(file, 'utf8')
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

function complain(error: unknown): void {
  process.exitCode = 1
  const what = error instanceof ArlenError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`make run: ${what}\n`)
}
