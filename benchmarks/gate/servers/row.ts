import { createApp, IntegerParam } from 'arlen'
import * as v from 'valibot'
import { injected } from './injected.ts'

const app = createApp({
  config: { apiOnly: true, security: { enabled: false }, log: { level: 'silent', requests: false } },
})
app.get('/api/products/:id', { params: v.object({ id: IntegerParam }) }, async c => {
  injected()
  const product = await c.db.maybeOne('select id, name, price_cents, stock from products where id = $1', [
    c.valid.params.id,
  ])
  return product ?? c.problem(404)
})

export default app
