// The framework as an API: routing, and all that createApp puts around a handler, without the log and security headers,
// which no server beside it has.
import { createApp } from 'arlen'
import { otherRoutes, product } from '../scenarios.ts'

export async function start(scenario: string): Promise<number> {
  const app = createApp({
    config: { apiOnly: true, security: { enabled: false }, log: { level: 'silent', requests: false } },
  })
  if (scenario === 'hello') {
    app.get('/api/hello', () => ({ hello: 'world' }))
  } else {
    for (const path of otherRoutes) app.get(path, () => ({}))
    app.get('/api/products/:id', c => product(c.params.id))
  }
  const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
  return port
}
