import { randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { toProblem } from '@arlen/core'
import { type DevelopmentProblem, renderProblem } from '@arlen/error-report'
import { DEVELOPMENT_PATH } from '@arlen/error-report/page'
import type { Child } from '../build/child.ts'
import { problemOf } from '../build/failure.ts'
import type { Supervisor } from '../build/supervisor.ts'
import { boomhauerError } from '../errors.ts'
import type { Settings } from '../options.ts'
import { RETRY } from '../pages/actions.ts'
import { checkHost } from './host-check.ts'
import { asksForPage, reloadScript } from './inject-reload.ts'
import { hasBody, relay, relayUpgrade } from './relay.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/** A request whose process exited. */
interface Lost {
  child: Child
  /** Whether the process had received the request. */
  reached: boolean
  /** When the request arrived, in monotonic milliseconds. */
  since: number
}

/** Answers a request for one of the development server's own paths. */
export type InternalPages = (req: IncomingMessage, res: ServerResponse) => unknown

/** The public port. It outlives all application processes: requests wait here while none is running. */
export class DevServer {
  readonly #settings: Settings
  readonly #supervisor: Supervisor
  readonly #pages: InternalPages
  readonly #server: Server
  readonly #upgraded = new Set<Duplex>()

  constructor(settings: Settings, supervisor: Supervisor, pages: InternalPages) {
    this.#settings = settings
    this.#supervisor = supervisor
    this.#pages = pages
    // The application's own engine enforces limits and validates requests; the development server must not be stricter.
    this.#server = process.getBuiltinModule('node:http').createServer({
      requestTimeout: 0,
      headersTimeout: 0,
      maxHeaderSize: 1 << 20,
      requireHostHeader: false,
    })
    const onRequest = (req: IncomingMessage, res: ServerResponse) => this.#answer(req, res)
    this.#server.on('request', onRequest).on('checkContinue', onRequest).on('checkExpectation', onRequest)
    this.#server.on('upgrade', (req: IncomingMessage, socket: Socket, head) => this.#upgrade(req, socket, head))
  }

  /** @throws ArlenError `port_in_use`, `port_forbidden` */
  async listen(): Promise<AddressInfo> {
    const { host, port } = this.#settings
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#server.once('error', (cause: NodeJS.ErrnoException) => {
      const code = cause.code === 'EADDRINUSE' ? 'port_in_use' : 'port_forbidden'
      reject(boomhauerError(code, { host, port, reason: cause.message }, { cause }))
    })
    this.#server.listen({ host, port }, resolve)
    await promise
    return this.#server.address() as AddressInfo
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#server.close(() => resolve())
    this.#server.closeAllConnections()
    for (const socket of this.#upgraded) socket.destroy()
    await promise
  }

  async #answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    try {
      checkHost(req.headers.host, this.#settings)
      if (req.url!.startsWith(DEVELOPMENT_PATH)) await this.#pages(req, res)
      else await this.#pass(req, res, performance.now())
    } catch (error) {
      this.refuse(req, res, error)
    }
  }

  /** Answers with an error of the development server itself. */
  refuse(req: IncomingMessage, res: ServerResponse, error: unknown): void {
    this.fail(req, res, toProblem(error, randomUUID()))
  }

  /** Answers with a failure in the format that suits the client. */
  fail(req: IncomingMessage, res: ServerResponse, problem: DevelopmentProblem): void {
    if (res.headersSent || res.destroyed) return
    const { accept, 'user-agent': userAgent } = req.headers
    const { root, editor } = this.#settings
    const actions = this.#supervisor.state.kind === 'failed' ? [{ name: RETRY, label: 'Try again' }] : []
    const { status, headers, body } = renderProblem(problem, { accept, userAgent }, { root, editor, actions })
    const page = headers['content-type']?.startsWith('text/html')
    const script = page && problem.status >= 500 ? reloadScript(this.#supervisor.state.build, req.method) : ''
    const bytes = Buffer.from(body + script)
    res.writeHead(status, { ...headers, 'content-length': bytes.byteLength })
    res.end(req.method === 'HEAD' ? undefined : bytes)
    req.resume()
  }

  async #pass(req: IncomingMessage, res: ServerResponse, since: number): Promise<void> {
    const state = await this.#supervisor.settled(since, asksForPage(req))
    if (res.destroyed) return
    if (state.kind === 'failed') return this.fail(req, res, state.problem)
    const end = state.child.lease(`${req.method} ${req.url?.split('?', 1)[0]}`)
    const release = () => end()
    res.once('close', release)
    relay(req, res, {
      socket: state.socket,
      injection: asksForPage(req) ? { build: state.build } : undefined,
      onLost: reached => {
        res.off('close', release)
        end(true)
        this.#lost(req, res, { child: state.child, reached, since })
      },
    })
  }

  /** The process exited before it answered. */
  async #lost(req: IncomingMessage, res: ServerResponse, { child, reached, since }: Lost): Promise<void> {
    if (res.destroyed) return
    const exitReason = await this.#supervisor.exitReasonOf(child)
    if (exitReason?.kind === 'crashed')
      return this.fail(req, res, problemOf('application_crashed', exitReason.diagnostics))
    // The application is alive and has closed the connection, so do the same.
    if (!exitReason) return void res.destroy()
    // It was replaced: repeat requests with safe methods (RFC 9110, section 9.2.1).
    if (!reached || (SAFE.has(req.method!) && !hasBody(req))) await this.#pass(req, res, since)
    else this.refuse(req, res, boomhauerError('app_restarted'))
  }

  async #upgrade(req: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    this.#upgraded.add(socket)
    socket.once('close', () => this.#upgraded.delete(socket))
    socket.on('error', () => socket.destroy())
    try {
      checkHost(req.headers.host, this.#settings)
    } catch {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    const state = await this.#supervisor.settled()
    if (socket.destroyed) return
    if (state.kind === 'ready') relayUpgrade(req, socket, head, state.socket)
    else socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  }
}
