import { createPg, type Pg } from '@arlen/pg'
import { createTestDatabase } from '@arlen/pg/testing'
import { beforeAll, beforeEach } from 'vitest'
import { RATE_LIMIT_MIGRATION } from '../src/index.ts'

/** Gives the tests of a file a database with the table of rate limits, which is empty before each of them. */
export function rateLimitDatabase(): { readonly pg: Pg } {
  const opened: { pg: Pg } = { pg: undefined as never }
  beforeAll(async () => {
    const database = await createTestDatabase()
    const pg = createPg(database.dsn)
    opened.pg = pg
    for (const statement of RATE_LIMIT_MIGRATION.split(';\n')) if (statement.trim() !== '') await pg.execute(statement)
    return async () => {
      await pg.close()
      await database.drop()
    }
  })
  beforeEach(async () => {
    await opened.pg.execute('truncate arlen_rate_limits')
  })
  return opened
}
