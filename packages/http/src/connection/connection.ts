import { isPromiseLike } from '@arlen/core'
import { bodyFraming } from '../body/body-framing.ts'
import { BodyReceiver } from '../body/body-receiver.ts'
import { NEVER } from '../clock.ts'
import type { Context } from '../context.ts'
import { type HttpErrorCode, httpError } from '../errors.ts'
import { HeadParser } from '../head/head-parser.ts'
import { hasBadEscape, otherTarget, type Target } from '../head/target.ts'
import { isObserved, observeFinish, observeStart } from '../observe.ts'
import { Request } from '../request.ts'
import type { Service } from '../service.ts'
import { admit, overloaded } from './admission.ts'
import type { Exchange } from './exchange.ts'
import { InputBuffer } from './input-buffer.ts'
import { Output, type Transport } from './output.ts'
import { refusal } from './refusal.ts'
import { Responder } from './responder.ts'
import * as S from './state.ts'
import type { UpgradeHandler } from './upgrade.ts'

/** What a lingering connection still reads before it only waits: enough for any client to notice the answer. */
const LINGER_BYTES = 1024 * 1024 + 64 * 1024

/** Bytes of an unread body or of pipelined requests that are held while a handler runs. */
const READ_AHEAD = 64 * 1024

/**
 * One connection, without a socket: bytes and events come in through `receive`, `eof`, `drained`, `flushed`, `closed` and
 * `tick`, and go out through a {@link Transport}. What may come next stands in `state.ts`.
 */
export class Connection implements Exchange {
  readonly engine: Service
  readonly transport: Transport
  readonly output: Output
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  readonly input: InputBuffer = new InputBuffer()
  readonly receiver: BodyReceiver = new BodyReceiver(this)
  state: number = S.IDLE
  /** The context that is being answered. */
  context: Context | null = null
  /** Another request may follow the current answer. */
  persistent = true
  minor = 1
  handleDeadline: number = NEVER
  readDeadline: number = NEVER
  writeDeadline: number = NEVER
  private readonly parser: HeadParser
  private ended = false
  pumping = false
  private paused = false
  private lingered = 0
  private served = 0
  private startedAt = 0
  /** The end of the connection is the end of the answer that is being sent: until it is whole, nothing may look like it. */
  endsAnswer = false
  /** Why our own side cut the connection. */
  failure: unknown = undefined
  private readonly responder: Responder

  constructor(engine: Service, transport: Transport) {
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
    this.input.append(chunk)
    this.pump()
  }

  /**
   * The same for bytes of a buffer that is read into again after the call. Almost always they are one whole head, of which
   * nothing is needed any more when its handler has been called; anything else is copied.
   */
  receiveBorrowed(buffer: Buffer, length: number): void {
    if (this.input.bytes !== null) return this.receive(buffer.subarray(0, length))
    if (this.state !== S.IDLE) return this.receive(Buffer.from(buffer.subarray(0, length)))
    this.input.borrow(buffer, length)
    this.pump()
    this.input.own()
  }

  /** Reads as far as the state allows. */
  pump(): void {
    if (this.pumping) return
    this.pumping = true
    let more = true
    while (more && this.input.bytes !== null) {
      switch (this.state) {
        case S.IDLE:
        case S.HEAD:
          more = !this.output.blocked && this.readHead()
          break
        case S.RECEIVING:
        case S.DUPLEX:
        case S.DRAINING:
          more = this.receiver.read()
          break
        case S.LINGERING:
          this.lingered += this.input.length
          this.input.clear()
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
  throttle(): void {
    const ahead = this.input.length
    const waiting =
      this.receiver.paused ||
      (ahead > READ_AHEAD && this.state !== S.HEAD) ||
      (this.output.blocked && ahead > 0) ||
      this.lingered > LINGER_BYTES
    if (waiting === this.paused || this.state === S.CLOSED) return
    this.paused = waiting
    if (waiting) this.transport.pause()
    else this.transport.resume()
  }

  private readHead(): boolean {
    const { engine, parser } = this
    const bytes = this.input.bytes!
    if (this.state === S.IDLE && isObserved(engine)) this.startedAt = performance.now()
    const result = parser.parse(bytes, this.input.position, this.input.end)
    if (this.state === S.IDLE && parser.started) {
      this.state = S.next(S.IDLE, S.HEAD_STARTS)
      this.readDeadline = engine.clock.tick + engine.ticks.headers
    }
    if (result === 'done') return this.dispatch(bytes)
    if (result !== 'more') this.refuse(result)
    return false
  }

  private dispatch(bytes: Buffer): boolean {
    const { head } = this.parser
    const { position } = this.input
    const text = bytes.toString('latin1', position, position + head.end)
    const framing = bodyFraming(head)
    if (typeof framing === 'string') return this.refuse(framing)
    // A string that is there already is compared and looked up by its identity.
    const method = head.isGet ? 'GET' : text.slice(head.methodStart, head.targetStart - 1)
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
    this.input.skip(head.end)
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
      this.receiver.forget()
      this.state = S.next(this.state, S.HEAD_COMPLETE)
    } else {
      this.state = S.next(this.state, S.HEAD_COMPLETE_WITH_BODY)
      this.input.own()
      request._body = this.receiver.open(framing, head.expectContinue)
      request._coded = head.coded
      if (head.types === 1) {
        request._typeStart = head.typeStart
        request._typeEnd = head.typeEnd
      }
    }
    this.handle(c)
    return true
  }

  private handle(c: Context): void {
    const { engine } = this
    engine.inFlight++
    observeStart(c)
    if (!admit(engine, c.req.path)) return this.responder.fail(c, overloaded(engine))
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

  limitHandler(request: object, ms: number): void {
    if (this.context?.req === request && this.handleDeadline !== NEVER)
      this.handleDeadline = this.engine.clock.tick + this.engine.clock.ticks(ms)
  }

  /** Gives the connection to a handler of another protocol, with what the client has sent of it already. */
  upgrade(c: Context, take: UpgradeHandler): void {
    this.finished(c, 101, 0, undefined)
    this.context = null
    this.engine.inFlight--
    this.state = S.next(this.state, S.UPGRADES)
    this.handleDeadline = this.readDeadline = NEVER
    const { bytes } = this.input
    const head = bytes === null ? Buffer.alloc(0) : Buffer.from(bytes.subarray(this.input.position, this.input.end))
    this.input.clear()
    this.output.flush()
    this.writeDeadline = NEVER
    take(this.transport.detach(), head)
  }

  /** Tells whoever watches how the request ended, and clears away what was to live no longer. */
  finished(c: Context, status: number, bytes: number, error: unknown): void {
    c.req._end()
    if (!isObserved(this.engine)) return
    const durationMs = performance.now() - this.startedAt
    observeFinish(this.engine, c, { status, bytes, durationMs, error: this.failure ?? error })
  }

  /** The answer is out. */
  complete(): void {
    this.context = null
    this.handleDeadline = NEVER
    this.engine.inFlight--
    if (!this.persistent) return this.hangUp()
    this.state = S.next(this.state, S.ANSWER_COMPLETE)
    if (this.state === S.IDLE) this.rest()
    else {
      this.readDeadline = this.engine.clock.tick + this.engine.ticks.linger
      this.receiver.body!.abandon()
    }
    if (!this.pumping) this.pump()
  }

  /** Ready for the next request. */
  rest(): void {
    this.receiver.forget()
    this.parser.reset()
    this.readDeadline = this.engine.clock.tick + this.engine.ticks.keepAlive
  }

  /** Sends what there is to send, closes our side, and reads on for a while so that the peer can read it. */
  hangUp(): void {
    if (this.state === S.LINGERING || this.state === S.CLOSED) return
    this.state = S.next(this.state, S.FINISHES)
    this.receiver.paused = false
    this.receiver.body?.fail(httpError('body_cut'))
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
    const { bytes, position } = this.input
    const start = position + this.parser.head.methodStart
    const isHead = this.state === S.HEAD && bytes?.toString('latin1', start, start + 5) === 'HEAD '
    this.input.clear()
    this.persistent = false
    this.output.add(refusal(this.engine, code, '', isHead), true)
    this.hangUp()
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
    } else if (this.state === S.IDLE) {
      // What is left in the input is the empty line before a request that never came, or waits for the output.
      if (this.input.bytes === null || !this.output.blocked) this.hangUp()
    } else if (this.input.bytes === null && this.receiver.isOpen) {
      this.receiver.fail(httpError('request_incomplete'))
    }
  }

  /** No further request can come. */
  get exhausted(): boolean {
    return this.ended && this.input.bytes === null
  }

  /** The transport is gone. */
  closed(): void {
    if (this.state === S.CLOSED) return
    this.state = S.next(this.state, S.CLOSES)
    this.input.clear()
    this.readDeadline = this.handleDeadline = this.writeDeadline = NEVER
    const c = this.context
    if (c === null && this.receiver.body === null) return
    const reason = httpError('client_disconnected')
    this.receiver.body?.fail(reason)
    if (c === null) return
    this.context = null
    this.engine.inFlight--
    c._abort(reason)
    this.responder.cut(c, reason)
  }

  /** Checks the deadlines; called once a tick. */
  tick(now: number): void {
    if (now >= this.writeDeadline) return this.transport.destroy()
    // A handler that waits for a body which does not come is not to blame: 408 before 503 where both are due.
    if (now >= this.readDeadline) return this.readTimeout()
    if (now >= this.handleDeadline) this.handlerTimeout()
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
        this.receiver.fail(httpError('request_timeout'))
        break
      case S.LINGERING:
        this.transport.destroy()
        break
      default:
        this.hangUp()
    }
  }
}
