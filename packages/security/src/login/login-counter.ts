import type { Logger } from '@arlen/core'
import { type RateDecision, type RateLimit, RateLimiter } from '../rate-limit/rate-limiter.ts'
import type { RateStore } from '../rate-limit/rate-store.ts'
import { ResilientLimiter } from '../rate-limit/resilient-limiter.ts'
import { sharedStore } from '../rate-limit/shared-store.ts'

export interface LoginCounterOptions {
  readonly store?: RateStore | 'memory'
  readonly deadlineMs?: number
  readonly maxKeys?: number
  readonly log?: Logger
  readonly now?: () => number
}

/** A limit for logins. It is counted together with other processes or not at all. */
export class LoginCounter {
  readonly #limiter: RateLimiter | ResilientLimiter
  readonly #log: Logger | undefined

  constructor(limit: RateLimit, options: LoginCounterOptions) {
    const { maxKeys = 50_000, now, deadlineMs = 3000 } = options
    const store = sharedStore(options.store)
    // With a store, nothing is counted locally.
    const local = new RateLimiter(limit, { maxKeys: store === undefined ? maxKeys : 1, ...(now && { now }) })
    this.#log = options.log
    // No pause: one late answer must not reject the following attempts untried.
    this.#limiter =
      store === undefined
        ? local
        : new ResilientLimiter({ store, local, onStoreError: 'closed', deadlineMs, pauseMs: 0 })
  }

  async consume(key: string, cost: number, log: Logger | undefined): Promise<RateDecision> {
    if (this.#limiter instanceof RateLimiter) return this.#limiter.consume(key, cost)
    return this.#limiter.consume(key, cost, () => this.#log ?? log ?? WARNINGS)
  }

  async reset(key: string): Promise<void> {
    await this.#limiter.reset(key)
  }
}

/** Used if no logger was given: an outage of login limits must not go unnoticed. */
const WARNINGS = { error: warn, info: warn } as unknown as Logger

function warn(details: Record<string, unknown>, message: string): void {
  const { err, ...rest } = details
  const reason = err instanceof Error ? `: ${err.message}` : ''
  process.emitWarning(`${message}${reason} ${JSON.stringify(rest)}`, { code: 'ARLEN_LOGIN_LIMITS' })
}
