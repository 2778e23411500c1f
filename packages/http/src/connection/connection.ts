import type { ArrivedBody } from '../body/arrived-body.ts'
import type { Body } from '../body/body.ts'
import { bodyFraming, CHUNKED } from '../body/body-framing.ts'
import { type BodyCarrier, BodyReceiver } from '../body/body-receiver.ts'
import { type HttpErrorCode, httpError } from '../errors.ts'
import type { Head } from '../head/head.ts'
import type { HeadParser } from '../head/head-parser.ts'
import { readRequest } from '../head/read-request.ts'
import type { Service } from '../service.ts'
import { Deadlines } from './deadlines.ts'
import type { Exchange, ResponseHead, UpgradeHandler } from './exchange.ts'
import { InputBuffer } from './input-buffer.ts'
import type { Live } from './live-set.ts'
import { Output, type Transport } from './output.ts'
import { rejection } from './rejection.ts'
import { Responder } from './responder.ts'
import { ResponseWriter } from './response-writer.ts'
import { EVENT, next, STATE } from './state.ts'

// Module constants are cheaper than object members, and these are compared on every request.
const { idle: IDLE, head: HEAD, receiving: RECEIVING, handling: HANDLING, duplex: DUPLEX } = STATE
const { streaming: STREAMING, discarding: DISCARDING, lingering: LINGERING, closed: CLOSED } = STATE

// What `toString` calls, without its reading of the name of the encoding.
const { latin1Slice } = Buffer.prototype as unknown as { latin1Slice(this: Buffer, from: number, to: number): string }

/** What a lingering connection reads before it only waits: enough for any client to notice the response. */
const LINGER_BYTES = 1024 * 1024 + 64 * 1024

/** Most bytes of an unread body or of pipelined requests that are buffered while a handler runs. */
const READ_AHEAD = 64 * 1024

/**
 * A client that has half-closed its side looks like one that has disconnected until something is written to it. If a stream
 * has nothing to write for this long, the client is considered gone.
 */
const HALF_CLOSED_SILENCE_MS = 500

/** See `Exchange.largestWhole`. */
const LARGEST_WHOLE = 256 * 1024

/**
 * An HTTP/1.1 connection, without a socket. A driver reports what happens to its transport (`receive`, `eof`, `writable`,
 * `flushed`, `closed`, `tick`), and the connection tells the transport what to send. Its state changes only through `on`,
 * according to the table in `state.ts`.
 *
 * It is one file because all its parts depend on the state: what the driver calls, what the server calls, reading, and what
 * an exchange calls, in this order.
 */
export class Connection implements Exchange, BodyCarrier, Live {
  readonly engine: Service
  readonly remoteAddress: string | undefined
  readonly encrypted: boolean
  readonly largestWhole: number = LARGEST_WHOLE
  private readonly transport: Transport
  private readonly input = new InputBuffer()
  private readonly output: Output
  private readonly deadlines: Deadlines
  /** While a head is being read. */
  private parser: HeadParser | null = null
  private readonly receiver: BodyReceiver
  /** The body of the current request, if it arrived with its head. */
  private arrived: ArrivedBody | null = null
  private readonly responder: Responder
  private readonly writer: ResponseWriter
  private state = IDLE
  /** The peer will send no more. */
  private ended = false
  private pumping = false
  private paused = false
  /** What was written, and the end of our side, have not been sent yet. */
  private finishing = false
  private lingered = 0
  private served = 0
  private startedAt = 0

  constructor(service: Service, transport: Transport) {
    this.engine = service
    this.transport = transport
    this.remoteAddress = transport.remoteAddress
    this.encrypted = transport.encrypted
    this.output = new Output(transport)
    this.deadlines = new Deadlines(service)
    this.receiver = new BodyReceiver(this, this.input, this.deadlines)
    this.responder = new Responder(service, this)
    this.writer = new ResponseWriter(this.output, service.clock)
    this.deadlines.expectHead()
  }

  /** The one door to the state: takes an event of the table and starts what the new state requires. */
  on(event: number): void {
    this.state = next(this.state, event)
    switch (this.state) {
      case IDLE:
        this.rest()
        break
      case HEAD:
        this.deadlines.expectHead()
        break
      case RECEIVING:
      case HANDLING:
        this.deadlines.expectNothing()
        break
      case DUPLEX:
        this.deadlines.endHandler()
        break
      case STREAMING:
        this.deadlines.endHandler()
        this.deadlines.expectNothing()
        break
      case DISCARDING:
        this.deadlines.endHandler()
        this.deadlines.expectClose()
        this.receiver.discard()
        break
      case LINGERING:
        this.linger()
        break
      default:
        this.deadlines.clear()
    }
  }

  // Called by the driver.

  /** Bytes from the peer; they are kept, not copied. */
  receive(chunk: Buffer): void {
    this.input.append(chunk)
    this.pump()
  }

  /**
   * The same for bytes of a buffer that is reused after the call. They are almost always one whole head, which is no longer
   * needed once its handler has been called, perhaps with its body; everything else is copied.
   */
  receiveBorrowed(buffer: Buffer, length: number): void {
    if (this.input.bytes !== null) return this.receive(buffer.subarray(0, length))
    if (this.state !== IDLE) return this.receive(Buffer.from(buffer.subarray(0, length)))
    this.input.borrow(buffer, length)
    this.pump()
    this.input.own()
    this.arrived?.own()
  }

  /** The peer has half-closed its side. It may still read, so its requests are answered. */
  eof(): void {
    this.ended = true
    this.responder.peerEnded()
    this.pump()
  }

  /** The transport has room again: the peer has accepted what was written. */
  writable(): void {
    this.output.unblock()
    this.deadlines.roomMade()
    this.responder.resume()
    this.pump()
  }

  /** Everything has been sent and our side is closed. */
  flushed(): void {
    if (this.state !== LINGERING) return
    this.finishing = false
    this.deadlines.roomMade()
    this.deadlines.expectClose()
  }

  /** The transport is gone. */
  closed(): void {
    if (this.state === CLOSED) return
    this.on(EVENT.closes)
    this.endHead()
    this.input.clear()
    if (!this.responder.isBusy && this.receiver.isComplete) return
    const reason = httpError('client_disconnected')
    this.receiver.close(reason)
    this.responder.abandon(reason)
  }

  tick(now: number): void {
    if (this.ended && this.responder.silentFor(now) >= this.engine.clock.ticks(HALF_CLOSED_SILENCE_MS))
      return this.drop()
    switch (this.deadlines.takePassed(now)) {
      case 'write':
        this.drop()
        break
      case 'read':
        this.readTimeout()
        break
      case 'handler':
        this.writer.endAfterThis()
        this.responder.timeOut()
    }
  }

  // Called by the server: see Live.

  get busy(): boolean {
    return this.responder.isBusy || this.finishing
  }

  closeIfIdle(): void {
    if (this.state === IDLE) this.finish()
  }

  drop(): void {
    // A FIN would make half a response look complete (RFC 9112, section 8).
    if (this.writer.isDelimitedByClose) this.transport.reset()
    else this.transport.destroy()
  }

  // Reading.

  /** Reads as far as the state allows; does nothing if it is already reading. */
  pump(): void {
    if (this.pumping) return
    this.pumping = true
    let more = true
    while (more && this.input.bytes !== null) {
      switch (this.state) {
        case IDLE:
        case HEAD:
          more = !this.output.blocked && this.readHead()
          break
        case RECEIVING:
        case DUPLEX:
        case DISCARDING:
          more = this.receiver.read()
          break
        case LINGERING:
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

  private flush(): void {
    this.output.flush()
    if (this.output.blocked) this.deadlines.expectRoom()
  }

  /**
   * Reading pauses while its result cannot be used. A little more is read all the same, because only a read reveals that
   * the peer has disconnected.
   */
  throttle(): void {
    const ahead = this.input.length
    const waiting =
      this.receiver.isFull ||
      (ahead > READ_AHEAD && this.state !== HEAD) ||
      (this.output.blocked && ahead > 0) ||
      this.lingered > LINGER_BYTES
    if (waiting === this.paused || this.state === CLOSED) return
    this.paused = waiting
    if (waiting) this.transport.pause()
    else this.transport.resume()
  }

  private readHead(): boolean {
    this.parser ??= this.engine.headParsers.take()
    const { parser } = this
    const bytes = this.input.bytes!
    if (this.state === IDLE && this.responder.isObserved) this.startedAt = performance.now()
    const result = parser.parse(bytes, this.input.position, this.input.end)
    if (this.state === IDLE && parser.started) this.on(EVENT.head_starts)
    if (result === 'done') return this.startRequest(bytes, parser.head)
    if (result !== 'more') this.reject(result)
    return false
  }

  private startRequest(bytes: Buffer, head: Head): boolean {
    const { engine, receiver } = this
    const { position } = this.input
    const framing = bodyFraming(head)
    if (typeof framing === 'string') return this.reject(framing)
    const text = latin1Slice.call(bytes, position, position + head.end)
    const request = readRequest(this, head, text)
    if (typeof request === 'string') return this.reject(request)
    this.input.skip(head.end)
    this.served++
    const isLast =
      (head.minor === 1 ? head.close : !head.keepAlive || head.close) ||
      this.served >= engine.limits.maxRequestsPerConnection
    this.writer.begin(head.minor, isLast)
    if (framing === 0) {
      request._upgrades = head.upgradeField && head.upgradeOption && head.minor === 1
      this.on(EVENT.head_complete)
    } else if (framing <= this.input.length && framing !== CHUNKED) {
      this.arrived = this.input.takeBody(framing)
      request._body = this.arrived
      this.on(EVENT.head_complete)
    } else {
      this.input.own()
      request._body = receiver.start(framing, head.expectContinue)
      this.on(EVENT.head_complete_with_body)
    }
    this.endHead()
    this.deadlines.startHandler()
    this.responder.answer(request, this.startedAt)
    return true
  }

  private endHead(): void {
    if (this.parser !== null) this.engine.headParsers.giveBack(this.parser)
    this.parser = null
  }

  /** Responds to an invalid head, and closes. */
  private reject(code: HttpErrorCode): false {
    const { bytes, position } = this.input
    const start = position + (this.parser?.head.methodStart ?? 0)
    const isHead = this.state === HEAD && bytes?.toString('latin1', start, start + 5) === 'HEAD '
    this.input.clear()
    this.output.add(rejection(this.engine, code, '', isHead), true)
    this.finish()
    return false
  }

  /** No more bytes will come: what is incomplete stays incomplete. */
  private atEnd(): void {
    const isEmpty = this.input.bytes === null
    switch (this.state) {
      case HEAD:
        if (!this.output.blocked) this.reject('request_incomplete')
        break
      case LINGERING:
        if (!this.finishing) this.transport.destroy()
        break
      case IDLE:
        // The rest of the input is the empty line before a request that never came, or it waits for the output.
        if (isEmpty || !this.output.blocked) this.finish()
        break
      default:
        if (isEmpty) this.receiver.fail(httpError('request_incomplete'))
    }
  }

  private readTimeout(): void {
    switch (this.state) {
      case HEAD:
        this.reject('request_timeout')
        break
      case RECEIVING:
      case DUPLEX:
        this.receiver.fail(httpError('request_timeout'))
        break
      case LINGERING:
        this.transport.destroy()
        break
      default:
        this.finish()
    }
  }

  // Called by the receiver of bodies.

  sendContinue(): void {
    this.output.add('HTTP/1.1 100 Continue\r\n\r\n', true)
  }

  endAfterThis(): void {
    this.writer.endAfterThis()
  }

  // Called by a request, a body and a responder: see Exchange.

  wantBody(body: Body): void {
    this.receiver.want(body)
  }

  pauseBody(body: Body): void {
    this.receiver.pause(body)
  }

  resumeBody(body: Body): void {
    this.receiver.resume(body)
  }

  limitHandler(request: object, ms: number): void {
    if (this.responder.awaits(request)) this.deadlines.limitHandler(ms)
  }

  sendPlain(type: string, text: string, fields: string): number {
    if (!this.receiver.isComplete || this.mustEnd) return -1
    return this.writer.plain(type, text, fields)
  }

  sendWhole(head: ResponseHead, content: string | Uint8Array | null): void {
    this.prepare(head)
    this.writer.whole(head, content)
  }

  sendHead(head: ResponseHead): void {
    this.prepare(head)
    this.on(EVENT.response_starts)
    this.writer.head(head)
    this.flush()
  }

  write(piece: string | Uint8Array): boolean {
    this.writer.piece(piece)
    this.flush()
    return !this.output.blocked
  }

  complete(): void {
    if (this.state === STREAMING || this.state === DUPLEX) this.writer.end()
    if (this.writer.isLast) return this.finish()
    this.on(EVENT.response_complete)
    this.pump()
  }

  cut(): void {
    this.drop()
  }

  /** Gives the connection to a handler of another protocol, with what the client has already sent of it. */
  upgrade(take: UpgradeHandler): void {
    this.on(EVENT.upgrades)
    const { bytes, position, end } = this.input
    const head = bytes === null ? Buffer.alloc(0) : Buffer.from(bytes.subarray(position, end))
    this.input.clear()
    this.output.flush()
    take(this.transport.detach(), head)
  }

  /** Whether this response is the last, because of what precedes or follows it. */
  private prepare(head: ResponseHead): void {
    if (!this.receiver.settle() || head.last || this.mustEnd) this.writer.endAfterThis()
  }

  /** No further request can or may come. */
  private get mustEnd(): boolean {
    return this.engine.draining || (this.ended && this.input.bytes === null)
  }

  /** Ready for the next request. */
  private rest(): void {
    this.arrived?.release()
    this.arrived = null
    this.receiver.forget()
    this.deadlines.endHandler()
    this.deadlines.expectRequest()
  }

  private finish(): void {
    if (this.state !== LINGERING && this.state !== CLOSED) this.on(EVENT.finishes)
  }

  /** Flushes the output, closes our side, and reads on for a while so that the peer can read the response. */
  private linger(): void {
    this.deadlines.clear()
    this.receiver.close(httpError('body_incomplete'))
    this.output.flush()
    this.finishing = true
    this.deadlines.expectRoom()
    this.transport.end()
    this.pump()
  }
}
