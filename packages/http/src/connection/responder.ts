import { type ArlenError, isPromiseLike } from '@arlen/core'
import { JSON_TYPE } from '../clock.ts'
import type { Context } from '../context.ts'
import { httpError } from '../errors.ts'
import { isObserved, observeFinish, observeStart } from '../observe.ts'
import type { HttpRequest } from '../request.ts'
import { conditioned } from '../response/conditional.ts'
import { checkStatus, Reply, type StreamBody } from '../response/reply.ts'
import { isPlainJson, isStream, toReply } from '../response/to-reply.ts'
import type { Service } from '../service.ts'
import { admit, overloaded } from './admission.ts'
import { type Exchange, type ResponseHead, UNTOLD } from './exchange.ts'
import { handleError, isHttpError } from './handler-error.ts'
import { declaredLength, headOf, isLength, isPlain, slices } from './reply-head.ts'
import { checkUnread, discard, release, StreamResponse, type StreamSink } from './stream-response.ts'
import { handOver, UpgradeReply } from './upgrade.ts'

/**
 * Calls the handler for one request after another, and turns its result into a response.
 *
 * It is one file because every way to respond depends on the state of the request: whether it is still the current one, has
 * been answered, has timed out or is failing.
 */
export class Responder implements StreamSink {
  private readonly service: Service
  private readonly exchange: Exchange
  /** The context that is being handled. */
  private context: Context | null = null
  private startedAt = 0
  /** The handler has timed out. */
  private expired = false
  private stream: StreamResponse | null = null
  /** The head of the streamed response. */
  private head: ResponseHead | null = null
  /** An error is being handled: another failure must not be handled the same way. */
  private failing = false
  /** Why we cut off the response ourselves. */
  private failure: unknown = undefined

  constructor(service: Service, exchange: Exchange) {
    this.service = service
    this.exchange = exchange
  }

  /** Whether a clock must be read where a request begins. */
  get isObserved(): boolean {
    return isObserved(this.service)
  }

  get isBusy(): boolean {
    return this.context !== null
  }

  /** @param startedAt - when the first byte of the request was read, if it is observed */
  answer(request: HttpRequest, startedAt: number): void {
    const { service } = this
    const c = new service.Context(request, startedAt)
    this.context = c
    this.startedAt = startedAt
    this.expired = this.failing = false
    c.timings?.lap('parse')
    service.inFlight++
    observeStart(c)
    if (!admit(service, request.path)) return this.fail(c, overloaded(service))
    let result: unknown
    let isLater: boolean
    try {
      result = service.handler(c)
      isLater = isPromiseLike(result)
      if (isLater) {
        ;(result as PromiseLike<unknown>).then(
          value => this.settle(c, value),
          error => this.fail(c, error),
        )
      }
    } catch (error) {
      // An error of the handler, or of the `then` of a thenable.
      return this.fail(c, error)
    }
    if (!isLater) this.settle(c, result)
  }

  /** Whether the handler of this request still has time. */
  awaits(request: object): boolean {
    return this.context !== null && this.context.req === request && !this.context._responded && !this.expired
  }

  /** The peer has half-closed its side. It may still read, so its request is answered. */
  peerEnded(): void {
    this.context?._abort(httpError('client_disconnected'))
  }

  /** The handler has run out of time. */
  timeOut(): void {
    const c = this.context
    if (c === null) return
    this.expired = true
    const reason = httpError('handler_timeout')
    c._abort(reason)
    if (this.context === c) this.fail(c, reason)
  }

  /** The peer can accept more of the response. */
  resume(): void {
    this.stream?.resume()
  }

  /** The peer is gone, so the response has no recipient. */
  abandon(reason: ArlenError): void {
    const c = this.context
    if (c === null) return
    this.context = null
    c._abort(reason)
    const { stream } = this
    this.stream = null
    stream?.cut(reason)
    const status = stream !== null && c._responded ? this.head!.status : 0
    this.finish(c, status, stream?.sent ?? 0, this.failure ?? reason)
  }

  /** A handler returned. */
  private settle(c: Context, result: unknown): void {
    if (this.context !== c || c._responded) return this.late(c, result)
    c.timings?.lap(c.timings.controller === 0 ? 'controller' : 'middleware')
    try {
      if (typeof result === 'object' && result !== null && isPlainJson(result) && isPlain(c)) {
        const text = c._json(result)
        if (!this.sendPlain(c, JSON_TYPE, text)) this.send(c, new Reply(text, JSON_TYPE))
      } else this.sendConditioned(c, toReply(c, result))
    } catch (error) {
      discard(result)
      this.fail(c, error)
    }
  }

  private sendConditioned(c: Context, reply: Reply): void {
    const answer = conditioned(c, reply)
    if (answer !== reply) discard(reply)
    this.send(c, answer)
  }

  /** A handler threw, or exceeded a limit. This never throws, whatever the handler threw. */
  private fail(c: Context, error: unknown): void {
    try {
      this.answerError(c, error)
    } catch (second) {
      this.lastResort(c, second)
    }
  }

  private answerError(c: Context, error: unknown): void {
    if (this.context !== c || c._responded) {
      this.service.log.debug({ err: error, method: c.req.method, path: c.req.path }, 'error after the answer')
      return
    }
    this.failing = true
    this.stream?.cut(error)
    this.stream = null
    c.timings?.lap(c.timings.controller === 0 ? 'controller' : 'middleware')
    const result = handleError(this.service, c, error)
    const status = isHttpError(error) ? error.status : 500
    if (isPromiseLike(result)) {
      result.then(
        value => this.sendError(c, value, status),
        second => this.lastResort(c, second),
      )
    } else this.sendError(c, result, status)
  }

  private sendError(c: Context, result: unknown, status: number): void {
    if (this.context !== c || c._responded) return
    try {
      const reply = toReply(c, result)
      if (reply.status === 0) reply.status = status
      this.send(c, reply)
    } catch (second) {
      discard(result)
      this.lastResort(c, second)
    }
  }

  /** The error handler itself failed: the response says no more than that. */
  private lastResort(c: Context, error: unknown): void {
    try {
      if (this.context === c && !c._responded) this.send(c, c.problemOf(isHttpError(error) ? error : undefined))
    } catch (cause) {
      this.exchange.cut(cause) // there is no way left to report it
    }
    c.log.error({ err: error }, 'the error handler failed')
  }

  /** False if the response needs more than its type. */
  private sendPlain(c: Context, type: string, text: string): boolean {
    const bytes = this.exchange.sendPlain(type, text, c._base === null ? '' : c._base.text)
    if (bytes < 0) return false
    c._responded = true
    this.done(c, 200, bytes)
    return true
  }

  private send(c: Context, reply: Reply): void {
    const { body } = reply
    if (reply instanceof UpgradeReply) return this.upgrade(c, reply)
    if (typeof body === 'string' && reply.status === 0 && !reply.hasHeaders && isPlain(c)) {
      if (this.sendPlain(c, reply.type, body)) return
    }
    const status = reply.status === 0 ? (c._response?.status ?? 200) : checkStatus(reply.status)
    if (status === 204 || status === 205 || status === 304) this.sendEmpty(c, reply, status)
    else if (typeof body === 'object' && body !== null && isStream(body)) this.sendStream(c, reply, status, body)
    else if (body === null || typeof body === 'string' || body instanceof Uint8Array) {
      this.sendContent(c, reply, status, body)
    } else throw httpError('response_unsupported', { type: typeof body })
  }

  /** Drops the content, whatever the reply holds (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5). */
  private sendEmpty(c: Context, reply: Reply, status: number): void {
    discard(reply)
    this.sendWhole(c, headOf(c, reply, status, status === 205 ? 0 : UNTOLD), null, 0)
  }

  private sendContent(c: Context, reply: Reply, status: number, body: string | Uint8Array | null): void {
    const bytes = body === null ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.length
    if (c.req.method === 'HEAD') {
      const length = body === null && isLength(reply.length) ? reply.length : bytes
      return this.sendWhole(c, headOf(c, reply, status, length), null, 0)
    }
    const { largestWhole } = this.exchange
    if (bytes <= largestWhole) return this.sendWhole(c, headOf(c, reply, status, bytes), body, bytes)
    reply.length = bytes
    const whole = typeof body === 'string' ? Buffer.from(body) : (body as Uint8Array)
    this.sendStream(c, reply, status, slices(whole, largestWhole))
  }

  private sendWhole(c: Context, head: ResponseHead, content: string | Uint8Array | null, bytes: number): void {
    this.exchange.sendWhole(head, content)
    c._responded = true
    this.done(c, head.status, bytes)
  }

  private sendStream(c: Context, reply: Reply, status: number, body: StreamBody): void {
    checkUnread(body)
    const declared = declaredLength(c, reply)
    const head = headOf(c, reply, status, declared)
    if (c.req.method === 'HEAD') {
      release(body, undefined)
      return this.sendWhole(c, head, null, 0)
    }
    this.head = head
    this.stream = new StreamResponse(this, body, declared, this.service.clock)
    // A listener for events gets the head immediately.
    if (/^Content-Type: text\/event-stream\b/im.test(head.fields)) this.stream.begin()
    this.stream.start()
  }

  private upgrade(c: Context, { take }: UpgradeReply): void {
    this.exchange.upgrade((socket, head) => {
      c._responded = true
      this.finish(c, 101, 0, undefined)
      handOver(socket, head, take, error => {
        c.log.error({ err: error, method: c.req.method, path: c.req.path }, 'the handler of an upgrade failed')
      })
    })
  }

  /** The first piece is here: until now, the response could have become an error. */
  streamBegin(): void {
    this.context!._responded = true
    this.exchange.sendHead(this.head!)
  }

  /** How long a stream that the peer waits for has been silent, in ticks; 0 if there is none. */
  silentFor(tick: number): number {
    return this.stream === null ? 0 : this.stream.silentFor(tick)
  }

  streamWrite(piece: Uint8Array | string): boolean {
    return this.exchange.write(piece)
  }

  streamEnd(): void {
    const { stream, context } = this
    if (stream === null || context === null) return
    this.stream = null
    this.done(context, this.head!.status, stream.sent)
  }

  streamFail(error: unknown): void {
    const c = this.context
    if (c === null) return
    if (!c._responded) {
      this.stream = null
      return this.failing ? this.lastResort(c, error) : this.fail(c, error)
    }
    c.log.error({ err: error, method: c.req.method, path: c.req.path }, 'answer cut short')
    this.failure = error
    this.exchange.cut(error)
  }

  private done(c: Context, status: number, bytes: number): void {
    this.finish(c, status, bytes, this.failure)
    this.exchange.complete()
  }

  /** The request is over: notifies observers of how it ended, and cleans up. */
  private finish(c: Context, status: number, bytes: number, error: unknown): void {
    this.context = null
    this.service.inFlight--
    c.req._end()
    if (!isObserved(this.service)) return
    observeFinish(this.service, c, { status, bytes, durationMs: performance.now() - this.startedAt, error })
  }

  /** A second response, or one without a recipient: nothing is sent, and nothing leaks. */
  private late(c: Context, result: unknown): void {
    this.service.log.debug({ method: c.req.method, path: c.req.path }, 'answer came too late')
    discard(result)
  }
}
