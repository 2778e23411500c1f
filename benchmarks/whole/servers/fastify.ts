import fastify from 'fastify'
import { otherRoutes, product } from '../scenarios.ts'
import { portOf } from './port.ts'

const text = { type: 'string', minLength: 1, maxLength: 100 }
const integer = { type: 'integer' }
const object = (properties: object) => ({ type: 'object', properties, required: Object.keys(properties) })

const listing = {
  params: object({ id: integer }),
  querystring: {
    type: 'object',
    properties: { page: { ...integer, default: 1 }, sort: { enum: ['name', 'price'], default: 'name' } },
  },
}
const order = {
  body: object({
    customer: object({ name: text, email: text, phone: text }),
    lines: { type: 'array', items: object({ productId: integer, quantity: integer, note: text }) },
    address: object({ street: text, city: text, state: text, zip: text }),
  }),
}

export async function start(scenario: string): Promise<number> {
  const app = fastify()
  if (scenario === 'hello') {
    app.get('/api/hello', () => ({ hello: 'world' }))
  } else {
    for (const path of otherRoutes) app.get(path, () => ({}))
  }
  if (scenario === 'routed') {
    app.get<{ Params: { id: string } }>('/api/products/:id', request => product(request.params.id))
  }
  if (scenario === 'validated') {
    app.get<{ Params: { id: number }; Querystring: { page: number; sort: string } }>(
      '/api/products/:id',
      { schema: listing },
      ({ params, query }) => ({ ...params, ...query }),
    )
  }
  if (scenario === 'parsed') {
    app.post<{ Body: { items: unknown[] } }>('/api/items', async ({ body }) => ({ count: body.items.length }))
  }
  if (scenario === 'posted') {
    app.post<{ Body: { lines: unknown[] } }>('/api/orders', { schema: order }, ({ body }) => ({
      lines: body.lines.length,
    }))
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  return portOf(app.server)
}
