import pg from 'pg'
import type { PgOptions } from '../src/index.ts'

/** A connection past the pool under test, to look at the server and to hurt it. */
export async function openAdmin(dsn: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client(dsn)
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}

/** Ends every other session on the database, as an administrator or a failover does. */
export async function terminateOthers(admin: pg.Client): Promise<number> {
  const { rows } = await admin.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  return rows.length
}

export async function countOthers(admin: pg.Client): Promise<number> {
  const { rows } = await admin.query(
    'select count(*)::int as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  )
  return rows[0].n
}

/** Waits until a condition holds: for what the other side does in its own time. */
export async function until(condition: () => boolean | Promise<boolean>, limitMs = 120_000): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${condition}`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

/** What a promise was rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it was not rejected')
}

export async function readAll<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const each of source) all.push(each)
  return all
}

/**
 * How the tests that hold for every kind of pool reach their database: `ARLEN_PG_TEST_POOL` gives further options, as
 * JSON, and `via`, the address of a pooler in between (see contract.slow.test.ts).
 */
export function poolOptions(dsn: string): PgOptions {
  const { via, ...options } = JSON.parse(process.env.ARLEN_PG_TEST_POOL ?? '{}') as PgOptions & { via?: string }
  const url = new URL(dsn)
  if (via) url.host = via
  return { dsn: url.href, ...options }
}
