// The engine alone: @arlen/http with a handler, and for `routed` @arlen/router to choose it.
import { type Handler, serve } from '@arlen/http'
import { createRouter } from '@arlen/router'
import { otherRoutes, product } from '../scenarios.ts'

const handlers: Readonly<Record<string, Handler>> = {
  hello: () => ({ hello: 'world' }),
  parsed: async c => ({ count: (await c.req.json<{ items: unknown[] }>()).items.length }),
}

export async function start(scenario: string): Promise<number> {
  const server = await serve(handlers[scenario] ?? routed(), { port: 0 })
  return server.address?.port ?? 0
}

function routed(): Handler {
  const router = createRouter<Handler>()
  for (const path of otherRoutes) router.get(path, () => ({}))
  router.get('/api/products/:id', c => product(c.params.id ?? ''))
  return c => {
    const match = router.match(c.req.method, c.req.path)
    if (match.kind !== 'hit') return c.problem(404)
    c.params = match.params
    return match.route.value(c)
  }
}
