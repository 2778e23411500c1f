import fastify from 'fastify'
import { otherRoutes, product } from '../scenarios.ts'
import { portOf } from './port.ts'

export async function start(scenario: string): Promise<number> {
  const app = fastify()
  if (scenario === 'hello') {
    app.get('/api/hello', () => ({ hello: 'world' }))
  } else {
    for (const path of otherRoutes) app.get(path, () => ({}))
    app.get<{ Params: { id: string } }>('/api/products/:id', request => product(request.params.id))
  }
  await app.listen({ port: 0, host: '127.0.0.1' })
  return portOf(app.server)
}
