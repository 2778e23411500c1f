import type { Duplex } from 'node:stream'
import { ChunkedReader } from './body/chunked-reader.ts'
import { Connection } from './connection/connection.ts'
import { join, type Transport } from './connection/output.ts'
import { httpError } from './errors.ts'
import type { Handler } from './handler.ts'
import { createService, type HttpOptions } from './options.ts'

export interface FetchOptions extends HttpOptions {
  /** The address that `c.req.ip` gives. Default: none, as over a unix socket. */
  remoteAddress?: string
}

/**
 * Makes of a handler what `fetch` is: a web Request in, a web Response out, without a socket. The request goes through the
 * same parser, limits and writer as one that comes over the wire; time-outs are left to the caller's own signal.
 */
export function toFetch(handler: Handler, options: FetchOptions = {}): (request: Request) => Promise<Response> {
  const engine = createService(handler, options)
  return async request => {
    engine.clock.advance()
    const url = new URL(request.url)
    const transport = new FetchTransport(request.method, options.remoteAddress, url.protocol === 'https:')
    const connection = new Connection(engine, transport)
    transport.connection = connection
    const leave = () => transport.fail(request.signal.reason)
    request.signal.addEventListener('abort', leave)
    void transport.finished.then(() => request.signal.removeEventListener('abort', leave))
    connection.receive(Buffer.from(requestHead(request, url), 'latin1'))
    if (request.body !== null) void sendBody(request, request.body, connection, transport)
    if (request.signal.aborted) leave()
    return transport.response
  }
}

function requestHead(request: Request, url: URL): string {
  let head = `${request.method} ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\n`
  for (const [name, value] of request.headers) {
    if (!/^(?:host|connection|keep-alive|transfer-encoding|te|upgrade|expect|content-length)$/.test(name)) {
      head += `${name}: ${value}\r\n`
    }
  }
  if (request.body !== null) head += 'Transfer-Encoding: chunked\r\n'
  return `${head}\r\n`
}

async function sendBody(
  request: Request,
  body: ReadableStream<Uint8Array>,
  connection: Connection,
  transport: FetchTransport,
): Promise<void> {
  // The body that Node.js makes of a FormData cannot be cancelled: a rejection that nobody can handle would follow.
  const isForm = request.headers.get('content-type')?.startsWith('multipart/form-data') === true
  try {
    for await (const piece of body) {
      if (transport.done && !isForm) return
      if (transport.done || piece.length === 0) continue
      connection.receive(Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]))
      await transport.ready()
    }
    if (!transport.done) connection.receive(Buffer.from('0\r\n\r\n'))
  } catch (error) {
    transport.fail(error) // the caller's body broke off, as when a client leaves in the middle of an upload
  }
}

/** Reads what the connection writes, and makes a Response of it as it comes. */
class FetchTransport implements Transport {
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  readonly response: Promise<Response>
  readonly finished: Promise<void>
  connection: Connection | undefined
  done = false
  private resolve!: (response: Response) => void
  private reject!: (reason: unknown) => void
  private finish!: () => void
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null
  private head = Buffer.alloc(0)
  private remaining = 0
  private chunks: ChunkedReader | null = null
  private paused = false
  private blocked = false
  private resumed: (() => void) | null = null

  private readonly isHead: boolean

  constructor(method: string, remoteAddress: string | undefined, encrypted: boolean) {
    this.isHead = method === 'HEAD'
    this.remoteAddress = remoteAddress
    this.encrypted = encrypted
    this.response = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    this.finished = new Promise(resolve => {
      this.finish = resolve
    })
  }

  write(data: string, encoding: 'latin1' | 'utf8'): boolean {
    return this.writeBytes(Buffer.from(data, encoding))
  }

  writeBytes(data: Uint8Array): boolean {
    if (this.done) return true
    if (this.controller === null) this.readHead(data)
    else this.readBody(data)
    const full = this.controller !== null && !this.done && (this.controller.desiredSize ?? 1) <= 0
    // Stays so until the reader asks for more, however many pieces come before it does.
    if (full) this.blocked = true
    return !full
  }

  private readHead(data: Uint8Array): void {
    this.head = Buffer.concat([this.head, data])
    for (let end = this.head.indexOf('\r\n\r\n'); end >= 0; end = this.head.indexOf('\r\n\r\n')) {
      const head = this.head.toString('latin1', 0, end)
      const rest = this.head.subarray(end + 4)
      // 100 Continue: the body is on its way anyhow.
      if (/^HTTP\/1\.1 1/.test(head)) this.head = rest
      else return this.begin(head, rest)
    }
  }

  private begin(head: string, rest: Buffer): void {
    const [statusLine = '', ...lines] = head.split('\r\n')
    const status = Number(statusLine.slice(9, 12))
    const headers = new Headers()
    for (const line of lines) {
      const colon = line.indexOf(':')
      const name = line.slice(0, colon).toLowerCase()
      const value = line.slice(colon + 2)
      if (name === 'transfer-encoding') this.chunks = new ChunkedReader(this.connection!.engine.limits)
      else if (name === 'content-length') this.remaining = Number(value)
      if (name !== 'connection' && name !== 'transfer-encoding') headers.append(name, value)
    }
    const stream = new ReadableStream<Uint8Array>({
      start: controller => {
        this.controller = controller
      },
      pull: () => this.drain(),
      cancel: () => this.connection!.closed(),
    })
    const hasBody = status !== 204 && status !== 205 && status !== 304 && !this.isHead
    this.resolve(new Response(hasBody ? stream : null, { status, statusText: statusLine.slice(13), headers }))
    if (!hasBody || (this.chunks === null && this.remaining === 0)) this.complete()
    else if (rest.length > 0) this.readBody(rest)
  }

  private readBody(data: Uint8Array): void {
    if (this.chunks !== null) {
      // What our own writer framed needs no second opinion.
      this.chunks.read(data, 0, data.length, { data: bytes => this.controller!.enqueue(bytes.slice()) })
      if (this.chunks.done) this.complete()
    } else {
      this.remaining -= data.length
      this.controller!.enqueue(data.slice())
      if (this.remaining <= 0) this.complete()
    }
  }

  private complete(): void {
    if (this.done) return
    this.done = true
    this.controller?.close()
    this.resume()
    this.finish()
    // Nothing follows: the connection was for this request alone.
    queueMicrotask(() => this.connection!.closed())
  }

  private drain(): void {
    if (!this.blocked) return
    this.blocked = false
    this.connection!.drained()
  }

  end(): void {
    queueMicrotask(() => this.connection!.closed())
  }

  destroy(): void {
    this.fail(this.connection!.failure ?? httpError('stream_incomplete'))
  }

  /** The answer is cut, by us or by who asked: the reader of the Response learns it. */
  fail(reason: unknown): void {
    if (!this.done) {
      this.done = true
      if (this.controller === null) this.reject(reason)
      else this.controller.error(reason)
      this.resume()
      this.finish()
    }
    queueMicrotask(() => this.connection!.closed())
  }

  detach(): Duplex {
    throw httpError('upgrade_required', { protocol: 'a socket' })
  }

  writeJoined(text: string, encoding: 'latin1' | 'utf8', bytes: Uint8Array): boolean {
    return this.writeBytes(join(text, encoding, bytes))
  }

  cork(): void {}
  uncork(): void {}

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
    this.resumed?.()
    this.resumed = null
  }

  /** Resolves when the connection wants more of the request. */
  ready(): Promise<void> {
    if (!this.paused) return Promise.resolve()
    return new Promise(resolve => {
      this.resumed = resolve
    })
  }
}
