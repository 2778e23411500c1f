// The framework: routing, and all that createApp puts around a handler unless told otherwise, but for the log.
import { createApp } from 'arlen'
import { otherRoutes, product } from '../scenarios.ts'

export async function start(scenario: string): Promise<number> {
  const app = createApp({ config: { log: { level: 'silent', requests: false } } })
  if (scenario === 'hello') {
    app.get('/api/hello', () => ({ hello: 'world' }))
  } else {
    for (const path of otherRoutes) app.get(path, () => ({}))
    app.get('/api/products/:id', c => product(c.params.id))
  }
  const { port } = await app.listen({ port: 0, host: '127.0.0.1' })
  return port
}
