import { type ArlenError, HttpError, isPromiseLike } from '@arlen/core'
import { setField } from '../answer/answer-fields.ts'
import { Reply, type StreamBody } from '../answer/reply.ts'
import { isPlainJson, isStream, jsonReply, toReply } from '../answer/to-reply.ts'
import { HTML_TYPE, JSON_TYPE, NEVER, TEXT_TYPE } from '../clock.ts'
import type { Context } from '../context.ts'
import type { Connection } from './connection.ts'
import * as S from './state.ts'
import { checkUnread, release, StreamAnswer, type StreamSink } from './stream-answer.ts'
import { UpgradeReply } from './upgrade.ts'
import { answerHead, CHUNKED_FRAMING, contentLength } from './writer.ts'

/** A body larger than this is written in slices of this size, so that it can be seen whether the peer takes any. */
const SLICE = 256 * 1024

/** Turns what a handler came to into an answer: the sending half of a {@link Connection}. */
export class Responder implements StreamSink {
  private readonly connection: Connection
  private stream: StreamAnswer | null = null
  private chunked = false
  private status = 0

  constructor(connection: Connection) {
    this.connection = connection
  }

  /** A handler returned. */
  settle(c: Context, result: unknown): void {
    if (this.connection.context !== c || c._answered) return this.late(c, result)
    c.timings?.lap(c.timings.controller === 0 ? 'controller' : 'middleware')
    try {
      if (typeof result === 'object' && result !== null && isPlainJson(result)) {
        if (this.isSimple(c)) this.quick(c, this.connection.engine.clock.jsonHead, JSON.stringify(result))
        else this.send(c, jsonReply(c, result))
      } else this.send(c, toReply(c, result))
    } catch (error) {
      this.fail(c, error)
    }
  }

  /** A handler threw, or a limit of its own was passed. */
  fail(c: Context, error: unknown): void {
    const { engine } = this.connection
    if (this.connection.context !== c || c._answered) {
      engine.log.debug({ err: error, method: c.req.method, path: c.req.path }, 'error after the answer')
      return
    }
    c.timings?.lap(c.timings.controller === 0 ? 'controller' : 'middleware')
    // Anybody can cause what a client did wrong, or an overload: neither may fill a disk.
    if (!(error instanceof HttpError) || (error.status >= 500 && error.code !== 'overloaded')) {
      c.log.error({ err: error, method: c.req.method, path: c.req.path }, 'request failed')
    }
    if (c._response !== null || c._base?.list.describesContent) c.res.headers.deleteRepresentation()
    const status = error instanceof HttpError ? error.status : 500
    let result: unknown
    try {
      result = engine.onError(error, c)
    } catch (second) {
      return this.lastResort(c, second)
    }
    if (isPromiseLike(result)) {
      result.then(
        value => this.sendError(c, value, status),
        second => this.lastResort(c, second),
      )
    } else this.sendError(c, result, status)
  }

  private sendError(c: Context, result: unknown, status: number): void {
    if (this.connection.context !== c || c._answered) return
    try {
      const reply = toReply(c, result)
      if (reply.status === 0) reply.status = status
      this.send(c, reply)
    } catch (second) {
      this.lastResort(c, second)
    }
  }

  /** The error handler itself failed: the answer says no more than that. */
  private lastResort(c: Context, error: unknown): void {
    try {
      if (this.connection.context === c && !c._answered)
        this.send(c, c.problemOf(error instanceof HttpError ? error : undefined))
    } finally {
      c.log.error({ err: error }, 'the error handler failed')
    }
  }

  /** Whether the answer has nothing in its head but what the caches of the clock hold. */
  private isSimple(c: Context): boolean {
    const { connection } = this
    const { body } = connection.receiver
    return (
      c._response === null &&
      (body === null || body.complete) &&
      connection.persistent &&
      connection.minor === 1 &&
      !connection.engine.draining &&
      !connection.exhausted &&
      c.timings === undefined &&
      c.req.method !== 'HEAD' &&
      !c.req._hasId
    )
  }

  private quick(c: Context, head: string, body: string): void {
    const bytes = Buffer.byteLength(body)
    c._answered = true
    const base = c._base === null ? '' : c._base.text
    this.connection.output.add(`${head}${bytes}\r\n${base}\r\n${body}`, bytes === body.length)
    this.done(c, 200, bytes)
  }

  private send(c: Context, reply: Reply): void {
    const { body } = reply
    if (reply instanceof UpgradeReply) {
      c._answered = true
      return this.connection.upgrade(c, reply.take)
    }
    if (typeof body === 'string' && reply.status === 0 && !reply.hasHeaders && this.isSimple(c)) {
      const { clock } = this.connection.engine
      if (reply.type === JSON_TYPE) return this.quick(c, clock.jsonHead, body)
      if (reply.type === TEXT_TYPE) return this.quick(c, clock.textHead, body)
      if (reply.type === HTML_TYPE) return this.quick(c, clock.htmlHead, body)
    }
    const connection = this.connection
    const status = reply.status === 0 ? (c._response?.status ?? 200) : reply.status
    if (!connection.receiver.drop() || connection.engine.draining || connection.exhausted) connection.persistent = false
    if (/\bclose\b/i.test(setField(c, reply, 'connection') ?? '')) connection.persistent = false
    if (status === 204 || status === 205 || status === 304) this.sendEmpty(c, reply, status)
    else if (typeof body === 'object' && body !== null && isStream(body)) this.sendStream(c, reply, status, body)
    else this.sendWhole(c, reply, status, body as string | Uint8Array | null)
  }

  /** No content, whatever the reply holds (RFC 9110, sections 15.3.5, 15.3.6 and 15.4.5). */
  private sendEmpty(c: Context, reply: Reply, status: number): void {
    if (typeof reply.body === 'object' && reply.body !== null && isStream(reply.body))
      release(reply.body, null, undefined)
    c._answered = true
    this.connection.output.add(this.head(c, reply, status, status === 205 ? contentLength(0) : ''), true)
    this.done(c, status, 0)
  }

  private sendWhole(c: Context, reply: Reply, status: number, body: string | Uint8Array | null): void {
    const bytes = body === null ? 0 : typeof body === 'string' ? Buffer.byteLength(body) : body.length
    const headOnly = c.req.method === 'HEAD'
    if (bytes > SLICE && !headOnly) {
      reply.length = bytes
      return this.sendStream(
        c,
        reply,
        status,
        slices(typeof body === 'string' ? Buffer.from(body) : (body as Uint8Array)),
      )
    }
    const declared = headOnly && body === null && reply.length >= 0 ? reply.length : bytes
    const head = this.head(c, reply, status, contentLength(declared))
    c._answered = true
    const { output } = this.connection
    if (headOnly || body === null) output.add(head, true)
    else if (typeof body === 'string') output.add(head + body, bytes === body.length)
    else {
      output.add(head, true)
      output.addBytes(body)
    }
    this.done(c, status, headOnly ? 0 : bytes)
  }

  private sendStream(c: Context, reply: Reply, status: number, body: StreamBody): void {
    const connection = this.connection
    checkUnread(body)
    const declared = reply.length >= 0 ? reply.length : declaredLength(c, reply)
    let framing = declared >= 0 ? contentLength(declared) : ''
    this.chunked = declared < 0 && connection.minor === 1
    if (this.chunked) framing = CHUNKED_FRAMING
    // HTTP/1.0 knows no chunks: the end of the connection is the end of the body.
    else if (declared < 0) connection.persistent = false
    const head = this.head(c, reply, status, framing)
    c._answered = true
    connection.output.add(head, true)
    if (c.req.method === 'HEAD') {
      release(body, null, undefined)
      return this.done(c, status, 0)
    }
    connection.handleDeadline = NEVER
    connection.state = S.next(connection.state, S.ANSWER_STARTS)
    this.status = status
    connection.endsAnswer = !this.chunked && declared < 0
    this.stream = new StreamAnswer(this, body, declared)
    connection.flush()
    this.stream.start()
  }

  private head(c: Context, reply: Reply, status: number, framing: string): string {
    const { engine, minor, persistent } = this.connection
    return answerHead(c, reply, { status, minor, last: !persistent, dateLine: engine.clock.dateLine, framing })
  }

  streamWrite(piece: Uint8Array | string): boolean {
    const { output, transport } = this.connection
    if (typeof piece === 'string') {
      const bytes = Buffer.byteLength(piece)
      output.add(this.chunked ? `${bytes.toString(16)}\r\n${piece}\r\n` : piece, bytes === piece.length)
    } else if (this.chunked) {
      transport.cork()
      output.add(`${piece.length.toString(16)}\r\n`, true)
      output.addBytes(piece)
      output.add('\r\n', true)
      output.flush()
      transport.uncork()
    } else output.addBytes(piece)
    this.connection.flush()
    return !output.blocked
  }

  streamEnd(): void {
    const { stream } = this
    const c = this.connection.context
    if (stream === null || c === null) return
    this.stream = null
    this.connection.endsAnswer = false
    if (this.chunked) this.connection.output.add('0\r\n\r\n', true)
    this.done(c, this.status, stream.sent)
  }

  /** Half an answer is worse than none: the connection ends without the end of the body, which the client can tell. */
  streamFail(error: unknown): void {
    const c = this.connection.context
    if (c === null) return
    c.log.error({ err: error, method: c.req.method, path: c.req.path }, 'answer cut short')
    this.connection.failure = error
    this.connection.transport.destroy()
  }

  drained(): void {
    this.stream?.drained()
  }

  /** The client left. */
  cut(c: Context, reason: ArlenError): void {
    const { stream } = this
    this.stream = null
    stream?.cut(reason)
    this.connection.finished(c, stream === null ? 0 : this.status, stream?.sent ?? 0, reason)
  }

  private done(c: Context, status: number, bytes: number): void {
    this.connection.finished(c, status, bytes, undefined)
    this.connection.complete()
  }

  /** A second answer, or one that nobody waits for any more: nothing is sent, and nothing leaks. */
  private late(c: Context, result: unknown): void {
    this.connection.engine.log.debug({ method: c.req.method, path: c.req.path }, 'answer came too late')
    if (result instanceof Reply && typeof result.body === 'object' && result.body !== null && isStream(result.body)) {
      release(result.body, null, undefined)
    }
  }
}

/** The length of a stream that the application set as a header field, or -1. */
function declaredLength(c: Context, reply: Reply): number {
  const field = setField(c, reply, 'content-length')
  return field !== undefined && /^\d{1,15}$/.test(field) ? Number(field) : -1
}

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let i = 0; i < bytes.length; i += SLICE) yield bytes.subarray(i, i + SLICE)
}
