import { join } from 'node:path'
import { createTestDatabase } from '@arlen/pg/testing'
import { generateSecret } from '@arlen/session'
import type { App } from 'arlen'
import type { Letter } from '../src/post.ts'
import { Visitor } from './visitor.ts'

export interface Shop {
  url: string
  app: App
  /** Letters that were written, the latest last. */
  letters: readonly Letter[]
  /** Somebody with a browser of their own. */
  visitor(): Visitor
  close(): Promise<void>
}

/**
 * The shop on a database of its own, migrated, at a port of its own.
 *
 * @param environment - configures it as `arlen --env` would. An application is one module: one of them in each test file.
 */
export async function startShop(environment: 'test' | 'production' = 'test'): Promise<Shop> {
  const database = await createTestDatabase({ migrations: join(import.meta.dirname, '../db/migrations') })
  process.env.DATABASE_URL = database.dsn
  process.env.ARLEN_ENV = environment
  process.env.ARLEN_LOG_LEVEL = environment === 'test' ? 'error' : 'silent'
  if (environment === 'production') process.env.ARLEN_SESSION_SECRETS = generateSecret()
  const { default: app, outbox } = await import('../app.ts')
  const { port } = await app.listen({ port: 0 })
  const url = `http://127.0.0.1:${port}`
  return {
    url,
    app,
    letters: outbox.letters,
    visitor: () => new Visitor(url),
    async close() {
      await app.close({ graceMs: 0 })
      await database.drop()
    },
  }
}
