import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'
import { pgError } from '../errors.ts'
import { oneLine } from '../sql/one-line.ts'
import type { MigrateOptions } from './options.ts'

/**
 * Runs `fn` while no other migrator runs on this database. The lock is polled rather than waited for: a session that waits
 * for it inside PostgreSQL holds a snapshot, and a CREATE INDEX CONCURRENTLY in the lock's owner would wait for that
 * snapshot.
 */
export async function withMigrationLock<T>(
  client: pg.Client,
  table: string,
  options: MigrateOptions,
  fn: () => Promise<T>,
): Promise<T> {
  const key = lockKey(table)
  await acquire(client, key, options)
  let result: T
  try {
    result = await fn()
  } catch (error) {
    await release(client, key).catch(() => undefined) // the connection is closed next, which also releases it
    throw error
  }
  if (!(await release(client, key))) {
    throw pgError('migration_pooled', {}, { internal: 'The lock was not held at the end.' })
  }
  return result
}

async function acquire(
  client: pg.Client,
  key: bigint,
  { waitMs = 60_000, onEvent, signal }: MigrateOptions,
): Promise<void> {
  const deadline = performance.now() + waitMs
  let told = ''
  for (;;) {
    const { rows } = await client.query('select pg_try_advisory_lock($1) as locked', [String(key)])
    if ((rows[0] as { locked: boolean }).locked) return
    const holder = await whoHolds(client, key)
    if (performance.now() >= deadline) throw pgError('migration_locked', { ms: waitMs, holder })
    if (holder !== told) onEvent?.({ type: 'waiting', holder })
    told = holder
    await sleep(50 + Math.random() * 150, undefined, { signal })
  }
}

async function release(client: pg.Client, key: bigint): Promise<boolean> {
  const { rows } = await client.query('select pg_advisory_unlock($1) as unlocked', [String(key)])
  return (rows[0] as { unlocked: boolean }).unlocked
}

async function whoHolds(client: pg.Client, key: bigint): Promise<string> {
  const { rows } = await client.query(
    `select a.pid, coalesce(a.client_addr::text, 'local') as address, a.query
     from pg_locks l join pg_stat_activity a using (pid)
     where l.locktype = 'advisory' and l.granted and l.objsubid = 1
       and l.classid::bigint = ($1::bigint >> 32) & 4294967295 and l.objid::bigint = $1::bigint & 4294967295
       and l.database = (select oid from pg_database where datname = current_database())`,
    [String(key)],
  )
  const row = rows[0] as { pid: number; address: string; query: string } | undefined
  return row ? `process ${row.pid} from ${row.address}: ${oneLine(row.query, 80)}` : 'it was released this moment'
}

/** One lock per ledger; PostgreSQL separates the locks of each database. */
function lockKey(table: string): bigint {
  return createHash('sha256').update(`arlen migrations ${table}`).digest().readBigInt64BE()
}
