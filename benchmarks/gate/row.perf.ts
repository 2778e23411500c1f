import { defineScenario } from '@arlen/perf'
import { createPg } from '@arlen/pg'
import { SLACK } from './slack.ts'

export default defineScenario({
  about: 'one row from the database, as JSON',
  app: 'gate/servers/row.ts',
  slack: SLACK,
  request: '/api/products/217',
  budget: { queries: 1 },
  data: async ({ dsn }) => {
    const db = createPg(dsn)
    await db.query(
      `create table products (id int primary key, name text not null, price_cents int not null, stock int not null)`,
    )
    await db.query(
      `insert into products select id, 'product ' || id, id * 10, id % 50 from generate_series(1, 1000) as id`,
    )
    await db.query('analyze products')
    await db.close()
  },
})
