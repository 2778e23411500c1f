/**
 * `make dev`: the example shop under boomhauer, on the database that `make run` uses. HOST, PORT and DATABASE_URL come
 * from the environment.
 */
import { join } from 'node:path'
import { runBoomhauer } from '@arlen/boomhauer'
import { ArlenError } from '@arlen/core'
import { migrate } from '@arlen/pg'
import { startEmbedded } from '@arlen/pg/embedded'

const shop = join(import.meta.dirname, '../apps/strickland')
const { env } = process

// Until boomhauer handles signals itself, they wait: the database below must be stopped, not left running.
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
let stopping = false
const stop = () => {
  stopping = true
}
for (const signal of signals) process.on(signal, stop)

try {
  process.exitCode = await run()
} catch (error) {
  const what = error instanceof ArlenError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`make dev: ${what}\n`)
  process.exitCode = 1
}
process.exit()

async function run(): Promise<number> {
  const dir = env.SHOP_DATA || join(shop, '.arlen/postgres')
  const database = env.DATABASE_URL ? undefined : await startEmbedded({ dir, database: 'strickland' })
  try {
    const dsn = database?.dsn ?? env.DATABASE_URL ?? ''
    await migrate({ dsn, dir: join(shop, 'db/migrations') })
    if (stopping) return 0
    env.DATABASE_URL = dsn
    return await runBoomhauer(['--root', shop, '--host', env.HOST || '127.0.0.1', '--port', env.PORT || '3000'])
  } finally {
    await database?.stop()
  }
}
