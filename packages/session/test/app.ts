import { Context, createServer, type Handler, type HttpOptions, type HttpServer } from '@arlen/http'
import { type SessionOptions, session, withSession } from '../src/index.ts'
import { generateSecret } from '../src/secrets/secrets.ts'
import { Browser } from './browser.ts'

export const SECRET: string = generateSecret()

export type Routes = Record<string, Handler>

export interface TestApp extends AsyncDisposable {
  readonly server: HttpServer
  readonly origin: string
  browser(): Browser
}

/** A server with sessions and a handler for each path. */
export async function startApp(
  routes: Routes,
  options: Partial<SessionOptions> = {},
  http: HttpOptions = {},
): Promise<TestApp> {
  return serveHandler(session({ secrets: [SECRET], ...options })(route(routes)), http)
}

export function route(routes: Routes): Handler {
  return (c: Context) => routes[c.req.path]?.(c) ?? c.problem(404)
}

export async function serveHandler(handler: Handler, http: HttpOptions = {}): Promise<TestApp> {
  const server = createServer(handler, { context: withSession(Context), ...http })
  const { port } = await server.listen({ port: 0 })
  const origin = `http://127.0.0.1:${port}`
  return {
    server,
    origin,
    browser: () => new Browser(origin),
    [Symbol.asyncDispose]: () => server.close({ graceMs: 0 }),
  }
}
