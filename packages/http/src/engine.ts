import type { Logger } from '@arlen/core'
import type { Clock } from './clock.ts'
import type { HeadParserPool } from './head/head-parser.ts'
import type { Limits, TimeoutName } from './limits.ts'
import type { ForwardedFields } from './proxy/forwarded-fields.ts'
import type { ProxyTrust } from './proxy/proxy-trust.ts'
import type { JsonWriter } from './response/json.ts'

/**
 * What all requests of a server share, however they arrive: everything decided when the server was created, and a few
 * counters. It knows nothing about contexts or handlers; those are in {@link import('./service.ts').Service}.
 */
export interface Engine {
  readonly limits: Limits
  /** The time-outs in ticks of the clock. */
  readonly ticks: Readonly<Record<TimeoutName, number>>
  readonly clock: Clock
  readonly headParsers: HeadParserPool
  readonly log: Logger
  readonly json: JsonWriter
  readonly methods: ReadonlySet<string>
  readonly timings: boolean
  /** Whether timings are sent as Server-Timing. */
  readonly sendsTimings: boolean
  /** Null if no proxy is trusted. */
  readonly trust: ProxyTrust | null
  readonly forwarded: ForwardedFields
  readonly trustedOrigins: ReadonlySet<string>
  nextId(): string
  inFlight: number
  /** Requests handled, and requests rejected because of overload, since the start. */
  requests: number
  shed: number
  /** Above this many requests in flight, others are rejected unless their path is in `healthPaths`. */
  maxInFlight: number
  healthPaths: readonly string[]
  retryAfterSeconds: number
  /** Rejects everything but health routes. */
  overloaded: boolean
  /** The server is closing: every response is its connection's last. */
  draining: boolean
}
