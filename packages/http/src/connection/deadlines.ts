import { NEVER } from '../clock.ts'
import type { Engine } from '../engine.ts'

/** What was late: the peer's bytes, the handler's response, or the peer's reading of what is sent. */
export type DeadlineKind = 'read' | 'handler' | 'write'

/**
 * When a request, its response and its peer are late: three deadlines in ticks of the engine's clock, each of which may be
 * NEVER. There are no timers per request; the owner checks the deadlines once a tick.
 */
export class Deadlines {
  private readonly engine: Engine
  private read = NEVER
  private handler = NEVER
  private write = NEVER
  /** When the reader of the body began to wait for it. */
  private bodySince = 0

  constructor(engine: Engine) {
    this.engine = engine
  }

  /** A head must arrive completely, counted from the connect and from its first byte. */
  expectHead(): void {
    this.read = this.engine.clock.tick + this.engine.ticks.headerTimeoutMs
  }

  /** The next request of an idle connection must begin. */
  expectRequest(): void {
    this.read = this.engine.clock.tick + this.engine.ticks.keepAliveTimeoutMs
  }

  /** The first piece of a body must arrive, because reading has begun or resumed. */
  expectBody(): void {
    this.bodySince = this.engine.clock.tick
    this.read = this.bodySince + this.engine.ticks.bodyTimeoutMs
  }

  /** The next piece of the body must arrive in time, and the average rate must stay above the minimum. */
  expectMoreBody(received: number): void {
    const { clock, ticks, limits } = this.engine
    const { minBodyBytesPerSecond } = limits
    const byRate = minBodyBytesPerSecond === 0 ? NEVER : clock.ticks((received / minBodyBytesPerSecond) * 1000)
    this.read = Math.min(clock.tick + ticks.bodyTimeoutMs, this.bodySince + ticks.bodyTimeoutMs + byRate)
  }

  /** The peer has its last response and must close its side. */
  expectClose(): void {
    this.read = this.engine.clock.tick + this.engine.ticks.lingerTimeoutMs
  }

  /** It is not the peer's turn. */
  expectNothing(): void {
    this.read = NEVER
  }

  /** The response must begin. */
  startHandler(): void {
    this.handler = this.engine.clock.tick + this.engine.ticks.handlerTimeoutMs
  }

  /** The response must begin within this many milliseconds from now. */
  limitHandler(ms: number): void {
    this.handler = this.engine.clock.tick + this.engine.clock.ticks(ms)
  }

  endHandler(): void {
    this.handler = NEVER
  }

  /** The peer must read some of what is sent. Calling it again does not extend the deadline. */
  expectRoom(): void {
    if (this.write === NEVER) this.write = this.engine.clock.tick + this.engine.ticks.writeTimeoutMs
  }

  /** The peer has read what was sent. */
  roomMade(): void {
    this.write = NEVER
  }

  clear(): void {
    this.read = this.handler = this.write = NEVER
  }

  /**
   * What is late at `tick`, the most urgent first, or null; each is reported once. A handler that waits for a body is not
   * to blame if the body does not arrive, so the peer comes before the handler.
   */
  takePassed(tick: number): DeadlineKind | null {
    if (tick >= this.write) {
      this.write = NEVER
      return 'write'
    }
    if (tick >= this.read) {
      this.read = NEVER
      return 'read'
    }
    if (tick >= this.handler) {
      this.handler = NEVER
      return 'handler'
    }
    return null
  }
}
