import type { Server as NodeHttpServer, RequestListener } from 'node:http'
import { type AddressInfo, connect as connectTcp } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { testingError } from '../errors.ts'
import { streamPair } from '../wire/stream-pair.ts'
import type { Target } from './target.ts'

/** How requests reach an application in this process. */
export type Transport = 'process' | 'socket' | 'fetch'

/** What can be tested: an application in this process, or the URL of a running one. */
export type Testable = ArlenLike | FastifyLike | NodeHttpServer | RequestListener | FetchLike | KoaLike | URL | string

/** An Arlen application or a server of @arlen/http. */
export interface ArlenLike {
  handleConnection(stream: Duplex): void
  start?(): Promise<unknown>
  listen(options: { port: number; host: string }): Promise<{ port: number }>
  close(options?: { graceMs?: number }): Promise<unknown>
}

export interface FastifyLike {
  ready(): PromiseLike<unknown>
  server: object
  close(): PromiseLike<unknown>
}

export interface FetchLike {
  fetch(request: Request): Response | Promise<Response>
}

export interface KoaLike {
  callback(): RequestListener
}

/** Loaded on demand: as an ES module, it imports undici, which takes 15 MiB. */
const http = () => process.getBuiltinModule('node:http')
const LOOPBACK = '127.0.0.1'
const IN_PROCESS = new URL('http://localhost/')

/**
 * Finds out how to reach the application under test, and starts it if necessary.
 *
 * @throws ArlenError `target_unknown`, `option_invalid`
 */
export async function openTarget(app: unknown, over: Transport): Promise<Target> {
  if (typeof app === 'string' || app instanceof URL) return remoteTarget(app)
  if (over === 'fetch') return fetchTarget(app)
  if (isArlen(app)) return arlenTarget(app, over)
  if (isFastify(app)) {
    await app.ready()
    return nodeTarget(app, app.server, over, () => app.close())
  }
  if (isNodeServer(app)) return nodeTarget(app, app, over)
  if (isKoa(app)) return nodeTarget(app, http().createServer(app.callback()), over)
  if (typeof app === 'function') return nodeTarget(app, http().createServer(app as RequestListener), over)
  if (isFetch(app)) return fetchTarget(app)
  throw testingError('target_unknown', { what: describe(app) })
}

function remoteTarget(given: string | URL): Target {
  const url = URL.canParse(given) ? new URL(given) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw testingError('target_unknown', { what: JSON.stringify(String(given)) })
  }
  return {
    description: url.origin,
    origin: url,
    inProcess: false,
    overSockets: true,
    app: given,
    connect: () => dial(url),
    close: () => Promise.resolve(),
  }
}

function dial(url: URL): Duplex {
  const secure = url.protocol === 'https:'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || (secure ? 443 : 80)
  return secure
    ? connectTls({ host, port, servername: host, ALPNProtocols: ['http/1.1'] })
    : connectTcp({ host, port, noDelay: true, allowHalfOpen: true })
}

async function arlenTarget(app: ArlenLike, over: Transport): Promise<Target> {
  const close = async () => {
    await app.close({ graceMs: 0 })
  }
  if (over === 'socket') {
    const { port } = await app.listen({ port: 0, host: LOOPBACK })
    return socketTarget(app, port, close)
  }
  await app.start?.()
  return processTarget(app, stream => app.handleConnection(stream), close)
}

async function nodeTarget(
  app: unknown,
  server: NodeHttpServer,
  over: Transport,
  closeApp?: () => PromiseLike<unknown>,
): Promise<Target> {
  const close = async () => {
    server.closeAllConnections()
    await (closeApp ? closeApp() : closeServer(server))
  }
  if (over === 'process') return processTarget(app, stream => server.emit('connection', stream), close)
  if (!server.listening) {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, LOOPBACK, () => resolve())
    })
  }
  return socketTarget(app, (server.address() as AddressInfo).port, close)
}

function closeServer(server: NodeHttpServer): Promise<void> {
  return new Promise(resolve => (server.listening ? server.close(() => resolve()) : resolve()))
}

function processTarget(app: unknown, accept: (stream: Duplex) => void, close: () => Promise<void>): Target {
  const connect = () => {
    const [client, server] = streamPair()
    accept(server)
    return client
  }
  return { description: 'in process', origin: IN_PROCESS, inProcess: true, overSockets: false, app, connect, close }
}

function socketTarget(app: unknown, port: number, close: () => Promise<void>): Target {
  const origin = new URL(`http://${LOOPBACK}:${port}/`)
  return {
    description: origin.origin,
    origin,
    inProcess: true,
    overSockets: true,
    app,
    connect: () => dial(origin),
    close,
  }
}

async function fetchTarget(app: unknown): Promise<Target> {
  if (!isFetch(app))
    throw testingError('option_invalid', { name: 'over', problem: "is 'fetch', and the application has no fetch()." })
  const owner = app as FetchLike & Partial<ArlenLike>
  await owner.start?.()
  return {
    description: 'by fetch()',
    origin: IN_PROCESS,
    inProcess: true,
    overSockets: false,
    app,
    fetch: request => owner.fetch(request),
    close: async () => {
      await owner.close?.({ graceMs: 0 })
    },
  }
}

function has(value: unknown, ...methods: readonly string[]): boolean {
  const kind = typeof value
  if (value === null || (kind !== 'object' && kind !== 'function')) return false
  return methods.every(name => typeof (value as Record<string, unknown>)[name] === 'function')
}

function isArlen(value: unknown): value is ArlenLike {
  return has(value, 'handleConnection', 'listen', 'close')
}

function isFastify(value: unknown): value is Omit<FastifyLike, 'server'> & { server: NodeHttpServer } {
  return has(value, 'ready', 'close') && has((value as FastifyLike).server, 'emit', 'listen')
}

function isNodeServer(value: unknown): value is NodeHttpServer {
  return has(value, 'emit', 'listen', 'address', 'closeAllConnections')
}

function isKoa(value: unknown): value is KoaLike {
  return typeof value === 'object' && has(value, 'callback')
}

function isFetch(value: unknown): value is FetchLike {
  return has(value, 'fetch')
}

function describe(value: unknown): string {
  if (value === null || typeof value !== 'object') return value === undefined ? 'undefined' : `a ${typeof value}`
  const name = (value as { constructor?: { name?: string } }).constructor?.name
  return has(value, 'then') ? 'a promise: await it first' : `an object of ${name || 'no class'}`
}
