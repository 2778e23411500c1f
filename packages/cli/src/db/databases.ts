import { createPg, DatabaseError, type Pg, sql } from '@arlen/pg'
import { maintenanceDsn, type Target } from './target.ts'

/** @returns whether it was created; false if it already existed */
export async function createDatabase(target: Target): Promise<boolean> {
  return onServer(target, async server => {
    try {
      await server.execute(sql`create database ${sql.id(target.name)}`)
      return true
    } catch (error) {
      if (error instanceof DatabaseError && error.sqlstate === '42P04') return false
      throw error
    }
  })
}

/**
 * @param force - first ends the sessions of others
 * @returns whether it existed
 */
export async function dropDatabase(target: Target, force: boolean): Promise<boolean> {
  const name = sql.id(target.name)
  return onServer(target, async server => {
    const there = await server.value<boolean>('select exists (select from pg_database where datname = $1)', [
      target.name,
    ])
    if (there) await server.execute(force ? sql`drop database ${name} with (force)` : sql`drop database ${name}`)
    return there
  })
}

async function onServer<T>(target: Target, run: (server: Pg) => Promise<T>): Promise<T> {
  const server = createPg({ dsn: maintenanceDsn(target), max: 1 })
  try {
    return await run(server)
  } finally {
    await server.close()
  }
}
