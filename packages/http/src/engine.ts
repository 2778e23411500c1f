import type { Handler, Logger } from '@arlen/core'
import type { Clock } from './clock.ts'
import type { Context, ContextClass } from './context.ts'
import type { Limits, Timeouts } from './limits.ts'
import type { ProxyTrust } from './proxy/proxy-trust.ts'

/** How a request ended, for logs and measurements. */
export interface Finish {
  status: number
  /** Bytes of the answer's content; those of its head are not counted. */
  bytes: number
  /** From the first byte of the request's head that was read to the last of the answer that was written. */
  durationMs: number
  /** Set where the answer was cut: the client left, or the answer's stream failed. */
  error: unknown
}

/** What all connections of a server share: everything that was decided when it was made, and a few counters. */
export interface Engine {
  readonly handler: Handler<Context>
  readonly Context: ContextClass
  readonly limits: Limits
  readonly timeouts: Timeouts
  /** The time-outs in ticks of the clock. */
  readonly ticks: Readonly<Record<keyof Timeouts, number>>
  readonly clock: Clock
  readonly log: Logger
  readonly onError: (error: unknown, c: Context) => unknown
  readonly onFinish: ((c: Context, finish: Finish) => void) | null
  readonly methods: ReadonlySet<string>
  readonly timings: boolean
  /** Null where no proxy is trusted. */
  readonly trust: ProxyTrust | null
  readonly forwardedHeader: 'x-forwarded' | 'forwarded'
  warnedOfProxy: boolean
  nextId(): string
  inFlight: number
  /** Requests that were handled, and those that were refused for overload, since the start. */
  requests: number
  shed: number
  /** Requests in flight above which others are refused, but for those below `healthPaths`. */
  maxInFlight: number
  healthPaths: readonly string[]
  retryAfterSeconds: number
  /** All but health routes are refused. */
  overloaded: boolean
  /** The server is closing: every answer is its connection's last. */
  draining: boolean
}
