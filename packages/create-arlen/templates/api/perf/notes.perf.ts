import { defineScenario } from '@arlen/perf'
import { createPg } from '@arlen/pg'
import { apiKeys, createPgApiKeyStore } from '@arlen/session'

// What it may cost: `arlen check` fails on more.
export default defineScenario({
  about: 'the first page of notes of a user with many notes',
  request: { path: '/notes', contains: 'Note 100' },
  budget: { queries: 3 },
  async data({ dsn }) {
    const db = createPg(dsn)
    const { id } = await db.one<{ id: number }>(
      `insert into users (email, password_hash) values ('ada@example.com', 'none') returning id`,
    )
    await db.execute(
      `insert into notes (user_id, title, body) select $1, 'Note ' || n, 'Two bottles' from generate_series(1, 100) as n`,
      [id],
    )
    const tokens = apiKeys({ store: createPgApiKeyStore(() => db), prefix: 'app', findUser: () => undefined })
    const { key } = await tokens.issue(String(id), { name: 'perf' })
    await db.close()
    return { headers: { authorization: `Bearer ${key}` } }
  },
})
