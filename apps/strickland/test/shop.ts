import { join } from 'node:path'
import { createTestDatabase } from '@arlen/pg/testing'

export interface Shop {
  url: string
  close(): Promise<void>
}

/** The shop on a database of its own, migrated, at a port of its own. */
export async function startShop(): Promise<Shop> {
  const database = await createTestDatabase({ migrations: join(import.meta.dirname, '../db/migrations') })
  process.env.DATABASE_URL = database.dsn
  process.env.ARLEN_ENV = 'test'
  const { default: app } = await import('../app.ts')
  const { port } = await app.listen({ port: 0 })
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      await app.close()
      await database.drop()
    },
  }
}
