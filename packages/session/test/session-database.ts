import { createPg, type Pg } from '@arlen/pg'
import { createTestDatabase } from '@arlen/pg/testing'
import { API_KEY_MIGRATION, ENDED_SESSION_MIGRATION, SESSION_MIGRATION, TOKEN_MIGRATION } from '../src/index.ts'

export interface SessionDatabase {
  readonly pg: Pg
  readonly dsn: string
  empty(): Promise<void>
  drop(): Promise<void>
}

const TABLES = 'arlen_sessions, arlen_one_time_tokens, arlen_ended_sessions, arlen_api_keys'

/** A database of its own with every table of this package. */
export async function createSessionDatabase(): Promise<SessionDatabase> {
  const database = await createTestDatabase()
  const pg = createPg(database.dsn)
  for (const statement of `${SESSION_MIGRATION}${TOKEN_MIGRATION}${ENDED_SESSION_MIGRATION}${API_KEY_MIGRATION}`.split(
    ';\n',
  )) {
    if (statement.trim() !== '') await pg.execute(statement)
  }
  return {
    pg,
    dsn: database.dsn,
    async empty() {
      await pg.execute(`truncate ${TABLES}`)
    },
    async drop() {
      await pg.close()
      await database.drop()
    },
  }
}
