import { afterEach } from 'vitest'
import { type Handler, type HttpOptions, type HttpServer, serve } from '../src/index.ts'
import { RawClient } from './raw-client.ts'

/** Starts servers and clients for one test, and ends them after it. */
export function serving(): {
  start(handler: Handler, options?: HttpOptions): Promise<HttpServer & { port: number }>
  open(server: HttpServer, options?: { allowHalfOpen?: boolean }): Promise<RawClient>
} {
  const servers: HttpServer[] = []
  const clients: RawClient[] = []
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close()
    await Promise.all(servers.splice(0).map(server => server.close({ graceMs: 0 })))
  })
  return {
    async start(handler, options = {}) {
      const server = await serve(handler, { port: 0, ...options })
      servers.push(server)
      return Object.assign(server, { port: server.address!.port })
    },
    async open(server, options) {
      const client = await RawClient.open(server.address!.port, options)
      clients.push(client)
      return client
    },
  }
}

export const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

/** A POST with a body of `length` bytes, of which only `body` is sent. */
export function post(body: string, length = body.length, path = '/'): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n${body}`
}

/** Resolves on the next turn of the event loop in which `condition` holds. */
export async function eventually(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise(resolve => setTimeout(resolve, 1))
}

/** A promise and its hands. */
export function deferred<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void
  const promise = new Promise<T>(done => (resolve = done))
  return { promise, resolve }
}
