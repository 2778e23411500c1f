import type { Server } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { otherRoutes, product } from '../scenarios.ts'
import { portOf } from './port.ts'

export function start(scenario: string): Promise<number> {
  const app = new Hono()
  if (scenario === 'hello') {
    app.get('/api/hello', c => c.json({ hello: 'world' }))
  } else {
    for (const path of otherRoutes) app.get(path, c => c.json({}))
    app.get('/api/products/:id', c => c.json(product(c.req.param('id'))))
  }
  return portOf(serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server)
}
