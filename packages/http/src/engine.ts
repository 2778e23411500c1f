import type { Logger } from '@arlen/core'
import type { Clock } from './clock.ts'
import type { Limits, TimeoutName } from './limits.ts'
import type { ForwardedFields } from './proxy/forwarded-fields.ts'
import type { ProxyTrust } from './proxy/proxy-trust.ts'
import type { JsonWriter } from './response/json.ts'

/**
 * What every request of a server shares, whatever carries it: what was decided when the server was made, and a few
 * counters. It knows nothing of contexts or handlers; those are in {@link import('./service.ts').Service}.
 */
export interface Engine {
  readonly limits: Limits
  /** The time-outs in ticks of the clock. */
  readonly ticks: Readonly<Record<TimeoutName, number>>
  readonly clock: Clock
  readonly log: Logger
  readonly json: JsonWriter
  readonly methods: ReadonlySet<string>
  readonly timings: boolean
  /** Null where no proxy is trusted. */
  readonly trust: ProxyTrust | null
  readonly forwarded: ForwardedFields
  readonly trustedOrigins: ReadonlySet<string>
  nextId(): string
  inFlight: number
  /** Requests that were handled, and those that were rejected for overload, since the start. */
  requests: number
  shed: number
  /** Requests in flight above which others are rejected, but for those below `healthPaths`. */
  maxInFlight: number
  healthPaths: readonly string[]
  retryAfterSeconds: number
  /** All but health routes are rejected. */
  overloaded: boolean
  /** The server is closing: every response is its connection's last. */
  draining: boolean
}
