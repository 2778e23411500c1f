import type { Server as HttpServer, RequestListener } from 'node:http'
import { net } from '../system/builtins.ts'

/** An application with its own server, and work to do before the first request and after the last answer. */
export interface Framework {
  kind: string
  /** Awaited before `server` is called. */
  prepare?: () => unknown
  server(): HttpServer
  ready?: () => unknown
  close: () => unknown
}

type Member = (...args: never[]) => unknown
type Members = Readonly<Record<string, Member & { [member: string]: unknown }>>

/** Applications of Fastify, NestJS and hapi. */
export function frameworkOf(exported: unknown): Framework | undefined {
  if (typeof exported !== 'object' || exported === null) return undefined
  const app = exported as Members
  const has = (...names: string[]) => names.every(name => typeof app[name] === 'function')
  const call = (name: string) => () => (app[name] as unknown as () => unknown).call(app)
  if ((app.server as unknown) instanceof net.Server && has('ready', 'inject', 'close')) {
    return {
      kind: 'fastify',
      server: () => app.server as unknown as HttpServer,
      ready: call('ready'),
      close: call('close'),
    }
  }
  if (has('getHttpServer', 'init', 'close')) {
    return {
      kind: 'nest',
      prepare: call('init'), // makes the server
      server: call('getHttpServer') as () => HttpServer,
      close: call('close'),
    }
  }
  if ((app.listener as unknown) instanceof net.Server && has('initialize', 'inject', 'stop')) {
    const server = () => app.listener as unknown as HttpServer
    return { kind: 'hapi', server, ready: call('initialize'), close: call('stop') }
  }
  return undefined
}

export interface Listener {
  kind: string
  handle: RequestListener
}

/** Returns the request listener of a function, a Koa or Polka application, or anything with `fetch(request)`. */
export async function listenerOf(exported: unknown): Promise<Listener | undefined> {
  if (typeof exported !== 'function' && (typeof exported !== 'object' || exported === null)) return undefined
  const app = exported as unknown as Members
  const has = (name: string) => typeof app[name] === 'function'
  if (has('callback') && has('use'))
    return { kind: 'koa', handle: (app.callback as unknown as () => RequestListener).call(app) }
  if (typeof exported === 'function') return { kind: 'listener', handle: exported as RequestListener }
  if (has('handler') && has('use')) {
    const { handler } = app as unknown as { handler: RequestListener }
    return { kind: 'polka', handle: (request, response) => handler.call(app, request, response) }
  }
  if (has('fetch')) {
    // Loaded only if needed.
    const { createRequestListener } = await import('@remix-run/node-fetch-server')
    const { fetch } = app as unknown as { fetch: (request: Request) => Response | Promise<Response> }
    return { kind: 'fetch', handle: createRequestListener(request => fetch.call(app, request)) }
  }
  return undefined
}
