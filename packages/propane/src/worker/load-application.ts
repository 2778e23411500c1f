import type { Server as HttpServer, RequestListener } from 'node:http'
import type { Server } from 'node:net'
import { pathToFileURL } from 'node:url'
import { isServable } from '@arlen/core'
import { net } from '../system/builtins.ts'
import type { Application } from './application.ts'
import type { ListenCapture } from './capture-listen.ts'
import { frameworkOf, listenerOf } from './frameworks.ts'
import { NodeApplication, type NodeOptions } from './node-application.ts'
import { ServableApplication } from './servable-application.ts'
import { protocolOf } from './server-protocol.ts'

export type LoadOptions = Omit<NodeOptions, 'kind' | 'server' | 'ready' | 'close'> & {
  /** The port the application is expected to listen on; 0 for any. */
  port: number
  /** Opens further servers on ports that all workers share; undefined without other workers. */
  openShared?: Parameters<ListenCapture['release']>[1]
}

const MAY_EXPORT =
  'its default export must be a Servable (listen and close), a node:http server, an application of Fastify, Express, Koa, Polka, Hono or NestJS, a (req, res) function, an object with fetch(request), or it must call server.listen()'

/**
 * Loads the module and finds out what kind of application it is. `capture` must be installed. `at` is called with what is
 * being waited for.
 *
 * @throws Error with a one-line message
 */
export async function loadApplication(
  path: string,
  options: LoadOptions,
  capture: ListenCapture,
  at: (stage: string) => void = () => undefined,
): Promise<Loaded> {
  at('its module is still being loaded')
  const module = (await import(pathToFileURL(path).href)) as { default?: unknown; onStop?: unknown }
  at('the promise that it exports is still pending')
  const exported = await unwrap(module.default)
  const onStop = onStopOf(module) ?? onStopOf(exported)
  const application = await recognize(exported, options, capture)
  if (application) {
    capture.release(application.server, options.openShared)
    return { application: application.made, onStop }
  }
  if (isGiven(exported)) throw new Error(`${path} exports ${describe(exported)} by default: ${MAY_EXPORT}.`)
  at('it exports nothing by default and has not called server.listen() with a port')
  const server = await Promise.race([capture.application(options.port), idle()])
  if (!server) throw new Error(`${path} exports nothing by default and ${listensNowhere(capture)}: ${MAY_EXPORT}.`)
  capture.release(server, options.openShared)
  return { application: fromServer(server, options), onStop }
}

function listensNowhere({ elsewhere: [place] }: ListenCapture): string {
  return place === undefined ? 'never listens' : `listens on ${place} alone, which is no port`
}

/** The function `onStop` exported by a module or its default export, to be called when the application stops. */
function onStopOf(exported: unknown): (() => unknown) | undefined {
  if ((typeof exported !== 'object' || exported === null) && typeof exported !== 'function') return undefined
  const { onStop } = exported as { onStop?: unknown }
  return typeof onStop === 'function' ? () => Reflect.apply(onStop, exported, []) as unknown : undefined
}

/** An application, and the other exports of its module. */
export interface Loaded {
  application: Application
  onStop: (() => unknown) | undefined
}

interface Recognized {
  made: Application
  server?: Server
}

async function recognize(
  exported: unknown,
  options: LoadOptions,
  capture: ListenCapture,
): Promise<Recognized | undefined> {
  if (exported instanceof net.Server) return { made: fromServer(exported, options), server: exported }
  const framework = frameworkOf(exported)
  if (framework) {
    await framework.prepare?.()
    const { kind, ready, close } = framework
    const server = framework.server()
    return { made: new NodeApplication({ ...options, kind, server, close, ...(ready && { ready }) }), server }
  }
  if (isServable(exported)) return { made: new ServableApplication(exported, options) }
  const listener = await listenerOf(exported)
  if (!listener) return undefined
  const own = capture.captured.find(({ server }) => server.listeners('request').includes(listener.handle))?.server
  const server = (own as HttpServer | undefined) ?? createHttpServer(listener.handle)
  return { made: fromServer(server, { ...options }, listener.kind), server }
}

function fromServer(server: Server, options: LoadOptions, kind = nameOf(server)): Application {
  return new NodeApplication({ ...options, kind, server: server as HttpServer })
}

const NAMES = { http: 'node:http', https: 'node:https', h2: 'node:http2', h2c: 'node:http2', tcp: 'node:net' } as const

function nameOf(server: Server): string {
  return NAMES[protocolOf(server)]
}

/** Unwraps the default export of compiled CommonJS, and promises. */
async function unwrap(exported: unknown): Promise<unknown> {
  const value: unknown = await exported
  const nested = typeof value === 'object' && value !== null && '__esModule' in value && 'default' in value
  return nested ? await (value as { default: unknown }).default : value
}

/** A CommonJS module without exports has an empty object as its default export. */
function isGiven(exported: unknown): boolean {
  const empty = typeof exported === 'object' && exported !== null && Object.keys(exported).length === 0
  return exported !== undefined && !empty
}

/** Resolves when nothing can make the application listen any more. */
function idle(): Promise<undefined> {
  return new Promise(resolve => process.once('beforeExit', () => resolve(undefined)))
}

function describe(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value !== 'object') return `a ${typeof value}`
  const keys = Object.keys(value).slice(0, 5)
  return `an object with ${keys.length === 0 ? 'no members' : keys.join(', ')}`
}

/** Loaded only if needed: a worker whose engine does not use node:http is about 16 MiB smaller. */
function createHttpServer(listener: RequestListener): HttpServer {
  return process.getBuiltinModule('node:http').createServer(listener)
}
