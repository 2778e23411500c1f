import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLoad, wireRequest } from '@arlen/perf/load'
import { migrate } from '@arlen/pg'
import { startEmbedded } from '@arlen/pg/embedded'
import { SILENCE_MS, startHost } from './sessions.ts'

export interface ShopDatabase {
  /** What servers are started with: where the database is, and that they need not log. */
  env: Record<string, string>
  stop(): Promise<void>
}

/** The shop's own answer to the path of a scenario, for the reference to give the same. */
export interface Sample {
  path: string
  headers: [name: string, value: string][]
  body: string
}

/**
 * Starts a PostgreSQL with the shop's catalog, and asks the shop once for what the reference has to answer: its file
 * is named by BENCH_SAMPLE.
 */
export async function openShopDatabase(path: string): Promise<ShopDatabase> {
  const dir = join(tmpdir(), `arlen-bench-shop-${process.pid}`)
  const sampleFile = `${dir}.json`
  const database = await startEmbedded({ dir, durable: false, disposable: true })
  const stop = async () => {
    await database.stop()
    rmSync(dir, { recursive: true, force: true })
    rmSync(sampleFile, { force: true })
  }
  try {
    await migrate({ dsn: database.dsn, dir: join(import.meta.dirname, '../../apps/strickland/db/migrations') })
    const env = {
      ARLEN_SESSION_SECRETS: randomBytes(32).toString('base64url'),
      DATABASE_URL: database.dsn,
      ARLEN_LOG_LEVEL: 'silent',
      ARLEN_LOG_REQUESTS: 'false',
      BENCH_SAMPLE: sampleFile,
    }
    writeFileSync(sampleFile, JSON.stringify(await sampleOf(path, env)))
    return { env, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function sampleOf(path: string, env: Record<string, string>): Promise<Sample> {
  const shop = startHost('shop', '', { env })
  const load = startLoad()
  try {
    const port = await shop.call('listen', undefined)
    const requests = [wireRequest(path)]
    await load.call('open', { name: 'shop', port, requests, connections: 0, silenceMs: SILENCE_MS })
    const [answer] = await load.call('answers', 'shop')
    return { path, headers: answer!.headers, body: Buffer.from(answer!.body).toString() }
  } finally {
    await load.stop()
    await shop.stop()
  }
}
