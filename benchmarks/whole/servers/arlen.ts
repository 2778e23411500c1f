// The framework as an API: routing, and all that createApp puts around a handler, without the log and security headers,
// which no server beside it has.
import { createApp, IntegerParam, oneOf, orElse } from 'arlen'
import * as v from 'valibot'
import { Order } from '../order.ts'
import { otherRoutes, product } from '../scenarios.ts'

const Id = v.object({ id: IntegerParam })
const Listing = v.object({ page: orElse(IntegerParam, 1), sort: oneOf(['name', 'price'], 'name') })
export async function start(scenario: string): Promise<number> {
  const app = createApp({
    log: false,
    config: { apiOnly: true, security: { enabled: false }, log: { requests: false } },
  })
  if (scenario === 'hello') {
    app.get('/api/hello', () => ({ hello: 'world' }))
  } else {
    for (const path of otherRoutes) app.get(path, () => ({}))
  }
  if (scenario === 'routed') app.get('/api/products/:id', c => product(c.params.id))
  if (scenario === 'posted') app.post('/api/orders', { body: Order }, c => ({ lines: c.valid.body.lines.length }))
  if (scenario === 'parsed') {
    app.post('/api/items', async c => ({ count: (await c.req.json<{ items: unknown[] }>()).items.length }))
  }
  if (scenario === 'validated') {
    app.get('/api/products/:id', { params: Id, query: Listing }, ({ valid }) => ({ ...valid.params, ...valid.query }))
  }
  const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
  return port
}
