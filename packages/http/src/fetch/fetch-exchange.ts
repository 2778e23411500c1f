import type { Body } from '../body/body.ts'
import { bodyFraming, CHUNKED } from '../body/body-framing.ts'
import { Deadlines } from '../connection/deadlines.ts'
import type { Exchange, ResponseHead } from '../connection/exchange.ts'
import type { Live } from '../connection/live-set.ts'
import { Responder } from '../connection/responder.ts'
import { type HttpErrorCode, httpError } from '../errors.ts'
import { HeadParser } from '../head/head-parser.ts'
import { readRequest } from '../head/read-request.ts'
import type { Service } from '../service.ts'
import { FetchBody, type FetchBodyOwner } from './fetch-body.ts'
import { requestHead } from './request-head.ts'
import { rejectedResponse, responseOf } from './response.ts'

/** How much content may wait for the reader of a Response, in bytes. */
const WAITING_BYTES = 64 * 1024

/** Its bytes are not shared, unlike those of a small Buffer. */
const encoder = new TextEncoder()

/** Where a web Request comes from. */
export interface FetchSource {
  /** The address that `c.req.ip` returns and that proxies are trusted by. Default: none, and no proxy is trusted. */
  remoteAddress?: string
}

/** One web Request and its Response, without a connection. */
export class FetchExchange implements Exchange, FetchBodyOwner, Live {
  readonly engine: Service
  readonly remoteAddress: string
  readonly encrypted: boolean
  readonly largestWhole: number = Number.POSITIVE_INFINITY
  readonly deadlines: Deadlines
  readonly response: Promise<Response>
  private readonly web: Request
  private readonly url: URL
  private readonly responder: Responder
  private readonly onEnd: (exchange: FetchExchange) => void
  private body: FetchBody | null = null
  private resolve!: (response: Response) => void
  private reject!: (reason: unknown) => void
  private controller: ReadableStreamDefaultController<Uint8Array> | null = null
  private blocked = false
  private ended = false

  constructor(service: Service, web: Request, source: FetchSource, onEnd: (exchange: FetchExchange) => void) {
    this.engine = service
    this.web = web
    this.url = new URL(web.url)
    this.remoteAddress = source.remoteAddress ?? ''
    this.encrypted = this.url.protocol === 'https:'
    this.onEnd = onEnd
    this.deadlines = new Deadlines(service)
    this.responder = new Responder(service, this)
    this.response = new Promise((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
  }

  /** Answers the request, unless it is not valid HTTP. */
  start(): void {
    const startedAt = this.responder.isObserved ? performance.now() : 0
    const { signal } = this.web
    if (signal.aborted) return this.leave(signal.reason)
    if (!/^https?:$/.test(this.url.protocol)) return this.rejectRequest('target_invalid')
    const text = requestHead(this.web, this.url)
    if (text === null) return this.rejectRequest('host_invalid')
    const bytes = Buffer.from(text, 'latin1')
    const parser = new HeadParser(this.engine.limits)
    const result = parser.parse(bytes, 0, bytes.length)
    if (result !== 'done') return this.rejectRequest(result === 'more' ? 'header_invalid' : result)
    const framing = bodyFraming(parser.head)
    if (typeof framing === 'string') return this.rejectRequest(framing)
    const request = readRequest(this, parser.head, text)
    if (typeof request === 'string') return this.rejectRequest(request)
    // Whatever carried the request here has removed its framing, but its declared length still holds.
    if (this.web.body !== null || framing > 0) {
      this.body = new FetchBody(this, this.web, parser.head.contentLength >= 0 ? framing : CHUNKED)
      request._body = this.body.body
    }
    signal.addEventListener('abort', this.onAbort)
    this.deadlines.startHandler()
    this.responder.answer(request, startedAt)
  }

  private readonly onAbort = (): void => this.leave(this.web.signal.reason)

  private rejectRequest(code: HttpErrorCode): void {
    this.resolve(rejectedResponse(this.engine, code, this.web.method))
    this.end()
  }

  /** Nobody waits for the response any more: fails anyone who still reads it. */
  private leave(reason: unknown): void {
    if (this.ended) return
    this.end()
    const left = httpError('client_disconnected')
    this.body?.close(left)
    this.responder.abandon(left)
    if (this.controller === null) this.reject(reason)
    else this.controller.error(reason)
  }

  private end(): void {
    this.ended = true
    this.deadlines.clear()
    this.web.signal.removeEventListener('abort', this.onAbort)
    this.onEnd(this)
  }

  // Called by the server: see Live.

  get busy(): boolean {
    return !this.ended
  }

  closeIfIdle(): void {
    // It was created for a request.
  }

  drop(): void {
    this.leave(httpError('server_closing'))
  }

  tick(now: number): void {
    switch (this.deadlines.takePassed(now)) {
      case 'write':
        this.leave(httpError('stream_incomplete'))
        break
      case 'read':
        this.body?.fail(httpError('request_timeout'))
        break
      case 'handler':
        this.responder.timeOut()
    }
  }

  // Called by a request, a body and a responder: see Exchange.

  wantBody(body: Body): void {
    if (this.body?.body === body) this.body.want()
  }

  pauseBody(): void {
    this.body?.pause()
  }

  resumeBody(): void {
    this.body?.resume()
  }

  bodyBroke(reason: unknown): void {
    this.leave(reason)
  }

  limitHandler(request: object, ms: number): void {
    if (this.responder.awaits(request)) this.deadlines.limitHandler(ms)
  }

  sendPlain(): number {
    return -1
  }

  sendWhole(head: ResponseHead, content: string | Uint8Array | null): void {
    // As a string, it would get a Content-Type even if the response has none.
    const bytes = typeof content === 'string' ? encoder.encode(content) : content
    this.resolve(responseOf(this.engine, head, bytes as Uint8Array<ArrayBuffer> | null))
  }

  sendHead(head: ResponseHead): void {
    this.deadlines.endHandler()
    const stream = new ReadableStream<Uint8Array>(
      {
        start: controller => {
          this.controller = controller
        },
        pull: () => this.resume(),
        cancel: reason => this.leave(reason),
      },
      { highWaterMark: WAITING_BYTES, size: piece => piece?.byteLength ?? 0 },
    )
    this.resolve(responseOf(this.engine, head, stream))
  }

  write(piece: string | Uint8Array): boolean {
    if (this.ended) return true
    this.controller!.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece)
    // Stays set until the reader asks for more, however many pieces arrive before.
    if ((this.controller!.desiredSize ?? 1) <= 0) {
      this.blocked = true
      this.deadlines.expectRoom()
    }
    return !this.blocked
  }

  private resume(): void {
    if (!this.blocked) return
    this.blocked = false
    this.deadlines.roomMade()
    this.responder.resume()
  }

  complete(): void {
    this.controller?.close()
    this.end()
    this.body?.close(httpError('body_incomplete'))
  }

  cut(reason: unknown): void {
    this.leave(reason)
  }

  upgrade(): never {
    throw httpError('upgrade_required', { protocol: 'a connection of its own' })
  }
}
