import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Cores } from '../process/cores.ts'
import { pinDatabase } from './pin-database.ts'

/** A PostgreSQL for the databases of a run, started when the first is wanted. */
export class Databases {
  #server: Promise<{ dsn: string; stop?: () => Promise<unknown> }> | undefined
  readonly #made: { drop: () => Promise<unknown> }[] = []
  readonly #cores: Cores

  constructor(cores: Cores) {
    this.#cores = cores
  }

  /** Makes a database with the migrations of a folder, where there are any. */
  async make(migrations: string | undefined): Promise<string> {
    const { createTestDatabase } = await import('@arlen/pg/testing')
    const given = process.env.TEST_DATABASE_URL
    this.#server ??= given ? Promise.resolve({ dsn: given }) : this.#start()
    const { dsn } = await this.#server
    const database = await createTestDatabase({ dsn, ...(migrations !== undefined && { migrations }) })
    this.#made.push(database)
    return database.dsn
  }

  async #start(): Promise<{ dsn: string; stop: () => Promise<unknown> }> {
    const { startTestCluster } = await import('@arlen/pg/testing')
    const cluster = await startTestCluster()
    await pinDatabase(cluster.dsn, this.#cores)
    return cluster
  }

  async close(): Promise<void> {
    await Promise.all(this.#made.splice(0).map(database => database.drop()))
    const server = await this.#server
    this.#server = undefined
    await server?.stop?.()
  }
}

/** The folder of the migrations: the one that was named, else `db/migrations` where it is there. */
export function migrationsOf(root: string, named: string | false | undefined): string | undefined {
  if (named === false) return undefined
  const folder = resolve(root, named ?? 'db/migrations')
  return existsSync(folder) ? folder : undefined
}
