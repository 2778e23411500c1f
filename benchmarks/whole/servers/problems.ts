// One application and one request, which it answers, refuses or knows nothing of.
import { createApp, IntegerParam, oneOf } from 'arlen'
import * as v from 'valibot'
import { otherRoutes } from '../scenarios.ts'

const params = v.object({ id: IntegerParam })
const schemas = {
  answered: v.object({ page: IntegerParam, sort: oneOf(['name', 'price']) }),
  refused: v.object({ page: IntegerParam, sort: oneOf(['size', 'price']) }),
  missing: undefined,
}

export async function start(kind: keyof typeof schemas): Promise<number> {
  const app = createApp({
    config: {
      http: { trustedProxies: ['loopback'] },
      apiOnly: true,
      security: { enabled: false },
      log: { level: 'silent', requests: false },
    },
  })
  for (const path of otherRoutes) app.get(path, () => ({}))
  const query = schemas[kind]
  if (query) app.get('/api/products/:id', { params, query }, ({ valid }) => ({ ...valid.params, ...valid.query }))
  const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
  return port
}
