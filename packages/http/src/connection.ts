import { isPromiseLike } from '@arlen/core'
import { Body, type BodySource } from './body.ts'
import { bodyFraming, CHUNKED } from './body-framing.ts'
import { ChunkedReader, type ChunkSink } from './chunked-reader.ts'
import { NEVER } from './clock.ts'
import type { Context } from './context.ts'
import type { Engine } from './engine.ts'
import { type HttpErrorCode, httpError } from './errors.ts'
import type { Exchange } from './exchange.ts'
import { HeadParser } from './head-parser.ts'
import { isObserved, observeFinish, observeStart } from './observe.ts'
import { Output, type Transport } from './output.ts'
import { refusal } from './refusal.ts'
import { Request } from './request.ts'
import { Responder } from './responder.ts'
import * as S from './state.ts'
import { hasBadEscape, otherTarget, type Target } from './target.ts'
import type { UpgradeHandler } from './upgrade.ts'

/** What a lingering connection still reads before it only waits: enough for any client to notice the answer. */
const LINGER_BYTES = 1024 * 1024 + 64 * 1024

/** Bytes of an unread body or of pipelined requests that are held while a handler runs. */
const READ_AHEAD = 64 * 1024

/**
 * One connection, without a socket: bytes and events come in through `receive`, `eof`, `drained`, `flushed`, `closed` and
 * `tick`, and go out through a {@link Transport}. What may come next stands in `state.ts`.
 */
export class Connection implements Exchange, BodySource, ChunkSink {
  readonly engine: Engine
  readonly transport: Transport
  readonly output: Output
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  state: number = S.IDLE
  /** The context that is being answered. */
  context: Context | null = null
  body: Body | null = null
  /** Another request may follow the current answer. */
  persistent = true
  minor = 1
  handleDeadline: number = NEVER
  readDeadline: number = NEVER
  writeDeadline: number = NEVER
  private input: Buffer | null = null
  private position = 0
  /** The input is the transport's buffer, ours only until the current call ends. */
  private borrowed = false
  private readonly parser: HeadParser
  private chunks: ChunkedReader | null = null
  private remaining = 0
  private bodySince = 0
  private bodyPaused = false
  private continueWanted = false
  private ended = false
  private pumping = false
  private paused = false
  private lingered = 0
  private served = 0
  private startedAt = 0
  /** Why our own side cut the connection. */
  failure: unknown = undefined
  private readonly responder: Responder

  constructor(engine: Engine, transport: Transport) {
    this.engine = engine
    this.transport = transport
    this.remoteAddress = transport.remoteAddress
    this.encrypted = transport.encrypted
    this.output = new Output(transport)
    this.parser = new HeadParser(engine.limits)
    this.responder = new Responder(this)
    this.readDeadline = engine.clock.tick + engine.ticks.headers
  }

  /** Bytes from the peer; they are kept, not copied. */
  receive(chunk: Buffer): void {
    if (this.input === null) this.input = chunk
    else {
      this.input = Buffer.concat([this.input.subarray(this.position), chunk])
      this.position = 0
    }
    this.pump()
  }

  /**
   * The same for bytes of a buffer that is read into again after the call. Almost always they are one whole head, of which
   * nothing is needed any more when its handler has been called; anything else is copied.
   */
  receiveBorrowed(chunk: Buffer): void {
    if (this.input !== null) return this.receive(chunk)
    if (this.state !== S.IDLE) return this.receive(Buffer.from(chunk))
    this.input = chunk
    this.borrowed = true
    this.pump()
    this.own()
  }

  /** Makes what is left of the input ours, if it is not. */
  private own(): void {
    if (this.borrowed && this.input !== null) {
      this.input = Buffer.from(this.input.subarray(this.position))
      this.position = 0
    }
    this.borrowed = false
  }

  /** Reads as far as the state allows. */
  pump(): void {
    if (this.pumping) return
    this.pumping = true
    let more = true
    while (more && this.input !== null) {
      switch (this.state) {
        case S.IDLE:
        case S.HEAD:
          more = !this.output.blocked && this.readHead()
          break
        case S.RECEIVING:
        case S.DUPLEX:
        case S.DRAINING:
          more = this.readBody()
          break
        case S.LINGERING:
          this.lingered += this.input.length - this.position
          this.input = null
          break
        default:
          more = false
      }
    }
    this.pumping = false
    if (this.ended) this.atEnd()
    this.flush()
    this.throttle()
  }

  flush(): void {
    this.output.flush()
    if (this.output.blocked && this.writeDeadline === NEVER) {
      this.writeDeadline = this.engine.clock.tick + this.engine.ticks.write
    }
  }

  /**
   * Reading stops while nobody can use what would be read. A little more is read all the same: only who reads learns that
   * the peer has left.
   */
  private throttle(): void {
    const ahead = this.input === null ? 0 : this.input.length - this.position
    const waiting =
      this.bodyPaused ||
      (ahead > READ_AHEAD && this.state !== S.HEAD) ||
      (this.output.blocked && ahead > 0) ||
      this.lingered > LINGER_BYTES
    if (waiting === this.paused || this.state === S.CLOSED) return
    this.paused = waiting
    if (waiting) this.transport.pause()
    else this.transport.resume()
  }

  private consume(count: number): void {
    this.position += count
    if (this.position === this.input!.length) {
      this.input = null
      this.position = 0
    }
  }

  private readHead(): boolean {
    const { engine, parser } = this
    const input = this.input!
    if (this.state === S.IDLE && isObserved(engine)) this.startedAt = performance.now()
    const result = parser.parse(input, this.position, input.length)
    if (this.state === S.IDLE && parser.started) {
      this.state = S.next(S.IDLE, S.HEAD_STARTS)
      this.readDeadline = engine.clock.tick + engine.ticks.headers
    }
    if (result === 'done') return this.dispatch(input)
    if (result !== 'more') this.refuse(result)
    return false
  }

  private dispatch(input: Buffer): boolean {
    const head = this.parser.head
    const text = input.toString('latin1', this.position, this.position + head.end)
    const framing = bodyFraming(head)
    if (typeof framing === 'string') return this.refuse(framing)
    const method = text.slice(head.methodStart, head.targetStart - 1)
    if (!this.engine.methods.has(method)) return this.refuse('method_not_implemented')
    let path = text.slice(head.targetStart, head.queryStart)
    let query = head.queryStart === head.targetEnd ? '' : text.slice(head.queryStart + 1, head.targetEnd)
    let host = head.hosts === 0 ? '' : text.slice(head.hostStart, head.hostEnd)
    if (path.charCodeAt(0) !== 0x2f) {
      const target: Target | null = otherTarget(method, text.slice(head.targetStart, head.targetEnd))
      if (target === null) return this.refuse('target_invalid')
      path = target.path
      query = target.query
      host = target.host ?? host
    }
    if (hasBadEscape(path)) return this.refuse('target_invalid')
    this.consume(head.end)
    this.minor = head.minor
    this.served++
    this.persistent =
      (head.minor === 1 ? !head.close : head.keepAlive && !head.close) &&
      this.served < this.engine.limits.requestsPerConnection
    const request = new Request(this, method, path, query, text, head.fieldsStart, host, head.minor)
    request._upgrades = head.upgradeField && head.upgradeOption && framing === 0 && head.minor === 1
    const c = new this.engine.Context(request, this.startedAt)
    this.context = c
    this.readDeadline = NEVER
    c.timings?.lap('parse')
    if (framing === 0) {
      this.body = null
      this.state = S.next(this.state, S.HEAD_COMPLETE)
    } else {
      this.state = S.next(this.state, S.HEAD_COMPLETE_WITH_BODY)
      this.own()
      this.openBody(request, framing, head.expectContinue)
    }
    this.handle(c)
    return true
  }

  private openBody(request: Request, framing: number, continueWanted: boolean): void {
    this.body = request._body = new Body(this, framing)
    this.remaining = framing
    this.chunks = framing === CHUNKED ? new ChunkedReader(this.engine.limits) : null
    this.continueWanted = continueWanted && this.input === null
    this.bodyPaused = false
  }

  private handle(c: Context): void {
    const { engine } = this
    engine.inFlight++
    observeStart(c)
    if (engine.inFlight > engine.limits.inFlight) return this.responder.fail(c, overloaded())
    this.handleDeadline = engine.clock.tick + engine.ticks.handler
    let result: unknown
    try {
      result = engine.handler(c)
    } catch (error) {
      return this.responder.fail(c, error)
    }
    if (isPromiseLike(result)) {
      result.then(
        value => this.responder.settle(c, value),
        error => this.responder.fail(c, error),
      )
    } else this.responder.settle(c, result)
  }

  limitHandler(ms: number): void {
    if (this.handleDeadline !== NEVER) this.handleDeadline = this.engine.clock.tick + this.engine.clock.ticks(ms)
  }

  /** Pushes what has arrived of the body; false when the rest must wait. */
  private readBody(): boolean {
    const body = this.body!
    if (!body.wanted || this.bodyPaused) return false
    const input = this.input!
    if (this.chunks === null) {
      const take = Math.min(this.remaining, input.length - this.position)
      const start = this.position
      this.remaining -= take
      this.consume(take)
      body.push(start === 0 && take === input.length ? input : input.subarray(start, start + take))
      if (this.remaining === 0) this.bodyComplete('')
      else this.bodyProgress()
      return true
    }
    const refused = this.chunks.read(input, this.position, input.length, this)
    if (refused !== null) return this.refuseBody(refused)
    this.consume(this.chunks.position - this.position)
    if (this.chunks.done) this.bodyComplete(this.chunks.trailers)
    else this.bodyProgress()
    return true
  }

  /** A piece of a chunked body. */
  data(bytes: Uint8Array): void {
    this.body!.push(bytes as Buffer)
  }

  private bodyComplete(trailers: string): void {
    this.readDeadline = NEVER
    this.state = S.next(this.state, S.BODY_COMPLETE)
    const body = this.body!
    if (this.state === S.IDLE) this.rest()
    body.end(trailers)
  }

  /** The next read must come in time, and the average must stay above the minimum rate. */
  private bodyProgress(): void {
    const { clock, ticks, timeouts } = this.engine
    if (this.state === S.DRAINING) {
      if (this.body!.received > this.engine.limits.drain) this.hangUp()
      return
    }
    const byRate = timeouts.bodyMinRate === 0 ? NEVER : clock.ticks((this.body!.received / timeouts.bodyMinRate) * 1000)
    this.readDeadline = Math.min(clock.tick + ticks.body, this.bodySince + ticks.body + byRate)
  }

  wantBody(): void {
    if (this.continueWanted) {
      this.continueWanted = false
      if (this.input === null) this.output.add('HTTP/1.1 100 Continue\r\n\r\n', true)
    }
    if (this.body!.complete) return
    this.bodySince = this.engine.clock.tick
    this.readDeadline = this.bodySince + this.engine.ticks.body
    if (this.pumping) while (this.input !== null && this.readableBody() && this.readBody());
    else this.pump()
  }

  private readableBody(): boolean {
    return this.state === S.RECEIVING || this.state === S.DUPLEX || this.state === S.DRAINING
  }

  pauseBody(): void {
    this.bodyPaused = true
    this.readDeadline = NEVER
    this.throttle()
  }

  resumeBody(): void {
    if (!this.bodyPaused) return
    this.bodyPaused = false
    this.bodySince = this.engine.clock.tick
    if (this.readableBody()) this.readDeadline = this.bodySince + this.engine.ticks.body
    if (!this.pumping) this.pump()
  }

  /**
   * Before an answer: reads what is there of a body that nobody wants, and tells whether the connection survives it. A
   * client that was never told to continue may or may not send its body, so nothing can follow.
   */
  dropBody(): boolean {
    const body = this.body
    if (body === null || body.complete) return true
    if (this.state !== S.RECEIVING && this.state !== S.DUPLEX) return true
    if (this.continueWanted) return false
    body.discard()
    this.bodyPaused = false
    while (this.input !== null && this.readableBody()) if (!this.readBody()) break
    if (body.complete) return true
    return this.chunks === null && this.remaining <= this.engine.limits.drain
  }

  /** Gives the connection to a handler of another protocol, with what the client has sent of it already. */
  upgrade(c: Context, take: UpgradeHandler): void {
    this.finished(c, 101, 0, undefined)
    this.context = null
    this.engine.inFlight--
    this.state = S.next(this.state, S.UPGRADES)
    this.handleDeadline = this.readDeadline = NEVER
    const head = this.input === null ? Buffer.alloc(0) : Buffer.from(this.input.subarray(this.position))
    this.input = null
    this.output.flush()
    this.writeDeadline = NEVER
    take(this.transport.detach(), head)
  }

  /** Tells whoever watches how the request ended, and clears away what was to live no longer. */
  finished(c: Context, status: number, bytes: number, error: unknown): void {
    c.req._end()
    if (isObserved(this.engine)) observeFinish(c, status, bytes, this.startedAt, this.failure ?? error)
  }

  /** The answer is out. */
  complete(): void {
    this.context = null
    this.handleDeadline = NEVER
    this.engine.inFlight--
    if (!this.persistent) return this.hangUp()
    this.state = S.next(this.state, S.ANSWER_COMPLETE)
    if (this.state === S.IDLE) this.rest()
    else this.readDeadline = this.engine.clock.tick + this.engine.ticks.linger
    if (!this.pumping) this.pump()
  }

  /** Ready for the next request. */
  private rest(): void {
    this.body = null
    this.chunks = null
    this.parser.reset()
    this.readDeadline = this.engine.clock.tick + this.engine.ticks.keepAlive
  }

  /** Sends what there is to send, closes our side, and reads on for a while so that the peer can read it. */
  hangUp(): void {
    if (this.state === S.LINGERING || this.state === S.CLOSED) return
    this.state = S.next(this.state, S.FINISHES)
    this.bodyPaused = false
    this.body?.fail(httpError('body_cut'))
    this.readDeadline = NEVER
    this.output.flush()
    this.writeDeadline = this.engine.clock.tick + this.engine.ticks.write
    this.transport.end()
    if (!this.pumping) this.pump()
  }

  /** Whether closing now would take something from the peer: an answer in the making, or one that is not out yet. */
  get busy(): boolean {
    return this.context !== null || (this.state === S.LINGERING && this.writeDeadline !== NEVER)
  }

  /** Everything was sent and our side is closed. */
  flushed(): void {
    if (this.state !== S.LINGERING) return
    this.writeDeadline = NEVER
    this.readDeadline = this.engine.clock.tick + this.engine.ticks.linger
  }

  /** The peer has taken what was written. */
  drained(): void {
    this.output.blocked = false
    this.writeDeadline = NEVER
    this.responder.drained()
    this.pump()
  }

  /** Answers a head that is no request, and closes. */
  private refuse(code: HttpErrorCode): false {
    this.input = null
    this.persistent = false
    this.output.add(refusal(this.engine, code), true)
    this.hangUp()
    return false
  }

  /** What a chunked body turned out to be: the handler learns it, and nothing may follow its answer. */
  private refuseBody(code: HttpErrorCode): false {
    this.input = null
    this.persistent = false
    this.readDeadline = NEVER
    if (this.state === S.DRAINING) this.hangUp()
    else this.body!.fail(httpError(code))
    return false
  }

  /** The peer will send no more. It may still read, so what it asked for is answered. */
  eof(): void {
    this.ended = true
    this.context?._abort(httpError('client_disconnected'))
    if (!this.pumping) this.pump()
  }

  /** Nothing more will come: what is not complete never will be. */
  private atEnd(): void {
    if (this.state === S.HEAD) {
      if (!this.output.blocked) this.refuse('request_incomplete')
    } else if (this.state === S.LINGERING) {
      if (this.writeDeadline === NEVER) this.transport.destroy()
    } else if (this.input === null) {
      if (this.state === S.IDLE || this.state === S.DRAINING) this.hangUp()
      else if (this.readableBody()) {
        this.persistent = false
        this.readDeadline = NEVER
        this.body!.fail(httpError('request_incomplete'))
      }
    }
  }

  /** No further request can come. */
  get exhausted(): boolean {
    return this.ended && this.input === null
  }

  /** The transport is gone. */
  closed(): void {
    if (this.state === S.CLOSED) return
    this.state = S.next(this.state, S.CLOSES)
    this.input = null
    this.readDeadline = this.handleDeadline = this.writeDeadline = NEVER
    const c = this.context
    if (c === null) return
    this.context = null
    this.engine.inFlight--
    const reason = httpError('client_disconnected')
    c._abort(reason)
    this.body?.fail(reason)
    this.responder.cut(c, reason)
  }

  /** Checks the deadlines; called once a tick. */
  tick(now: number): void {
    if (now >= this.writeDeadline) return this.transport.destroy()
    if (now >= this.handleDeadline) this.handlerTimeout()
    if (now >= this.readDeadline) this.readTimeout()
  }

  private handlerTimeout(): void {
    this.handleDeadline = NEVER
    const c = this.context!
    const reason = httpError('handler_timeout')
    this.persistent = false
    c._abort(reason)
    if (this.context === c) this.responder.fail(c, reason)
  }

  private readTimeout(): void {
    this.readDeadline = NEVER
    switch (this.state) {
      case S.HEAD:
        this.refuse('request_timeout')
        break
      case S.RECEIVING:
      case S.DUPLEX:
        this.persistent = false
        this.body!.fail(httpError('request_timeout'))
        break
      case S.LINGERING:
        this.transport.destroy()
        break
      default:
        this.hangUp()
    }
  }
}

function overloaded(): Error {
  return httpError('overloaded', {}, { headers: { 'Retry-After': '1' } })
}
