import type { Server as HttpServer, RequestListener } from 'node:http'
import type { Server } from 'node:net'
import { pathToFileURL } from 'node:url'
import { isServable } from '@arlen/core'
import { net } from '../system/builtins.ts'
import type { Application } from './application.ts'
import type { ListenCapture } from './capture-listen.ts'
import { NodeApplication, type NodeOptions } from './node-application.ts'
import { ServableApplication } from './servable-application.ts'

export type LoadOptions = Omit<NodeOptions, 'kind' | 'server' | 'ready' | 'close'>

interface FastifyLike {
  server: HttpServer
  ready(): PromiseLike<unknown>
  close(): PromiseLike<unknown>
}

const MAY_EXPORT =
  'its default export must be a Servable (listen and close), a node:http server, a Fastify instance, an Express app or (req, res) function, or it must call server.listen()'

/**
 * Loads the module and finds out what it is. `capture` must be installed. `at` is told what is being waited for.
 *
 * @throws Error with one line that says what is wrong.
 */
export async function loadApplication(
  path: string,
  options: LoadOptions,
  capture: ListenCapture,
  at: (stage: string) => void = () => undefined,
): Promise<Application> {
  at('its module is still being loaded')
  const module = (await import(pathToFileURL(path).href)) as { default?: unknown }
  at('the promise that it exports is still pending')
  const exported = await unwrap(module.default)
  const application = await recognise(exported, options, capture)
  if (application) {
    capture.release(application.server)
    return application.made
  }
  if (isGiven(exported)) throw new Error(`${path} exports ${describe(exported)} by default: ${MAY_EXPORT}.`)
  at('it exports nothing by default and has not called server.listen() with a port')
  const server = await Promise.race([capture.first(), idle()])
  if (!server) throw new Error(`${path} exports nothing by default and never listens: ${MAY_EXPORT}.`)
  capture.release(server)
  return fromServer(server, options)
}

interface Recognised {
  made: Application
  server?: Server
}

async function recognise(
  exported: unknown,
  options: LoadOptions,
  capture: ListenCapture,
): Promise<Recognised | undefined> {
  if (exported instanceof net.Server) return { made: fromServer(exported, options), server: exported }
  if (isFastify(exported)) {
    const { server } = exported
    const life = { ready: () => exported.ready(), close: () => exported.close() }
    return { made: new NodeApplication({ ...options, kind: 'fastify', server, ...life }), server }
  }
  if (isServable(exported)) {
    return { made: new ServableApplication(exported, options) }
  }
  if (typeof exported === 'function') {
    const own = capture.captured.find(({ server }) =>
      server.listeners('request').includes(exported as RequestListener),
    )?.server
    const server = (own as HttpServer | undefined) ?? createHttpServer(exported as RequestListener)
    return { made: fromServer(server, { ...options }, 'listener'), server }
  }
  return undefined
}

function fromServer(server: Server, options: LoadOptions, kind = 'node:http'): Application {
  const close = () => {
    // The server has no socket of its own; closing it lets the application's own listeners of `close` run.
    server.close(() => undefined)
  }
  return new NodeApplication({ ...options, kind, server: server as HttpServer, close })
}

/** The default export of CommonJS compiled from a module, and promises of applications, are unwrapped. */
async function unwrap(exported: unknown): Promise<unknown> {
  const value: unknown = await exported
  const nested = typeof value === 'object' && value !== null && '__esModule' in value && 'default' in value
  return nested ? await (value as { default: unknown }).default : value
}

/** A CommonJS module that exports nothing has an empty object for its default export. */
function isGiven(exported: unknown): boolean {
  const empty = typeof exported === 'object' && exported !== null && Object.keys(exported).length === 0
  return exported !== undefined && !empty
}

function isFastify(value: unknown): value is FastifyLike {
  if (typeof value !== 'object' || value === null) return false
  const app = value as { server?: unknown; ready?: unknown; inject?: unknown }
  return app.server instanceof net.Server && typeof app.ready === 'function' && typeof app.inject === 'function'
}

/** Resolves when nothing is left that could still make the application listen. */
function idle(): Promise<undefined> {
  return new Promise(resolve => process.once('beforeExit', () => resolve(undefined)))
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return `a ${typeof value}`
  const keys = Object.keys(value).slice(0, 5)
  return `an object with ${keys.length === 0 ? 'no members' : keys.join(', ')}`
}

/** Loaded only for those who need it: a worker whose engine does without node:http is some 16 MiB smaller. */
function createHttpServer(listener: RequestListener): HttpServer {
  return process.getBuiltinModule('node:http').createServer(listener)
}
