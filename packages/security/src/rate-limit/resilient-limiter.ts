import type { Logger } from '@arlen/core'
import { securityError } from '../errors.ts'
import { countFallback } from './fallbacks.ts'
import type { RateDecision, RateLimiter } from './rate-limiter.ts'
import type { OnStoreError, RateStore } from './rate-store.ts'

/** How often a continuing outage is logged. */
const REMIND_MS = 10_000

export interface ResilientOptions {
  store: RateStore
  local: RateLimiter
  onStoreError: OnStoreError
  /** How long to wait for the store, in milliseconds. */
  deadlineMs: number
  /**
   * How long to leave a failed store alone before a request tries it again, in milliseconds. 0: every request tries.
   * Default 1000.
   */
  pauseMs?: number
  now?: () => number
}

const ADMITTED: RateDecision = { allowed: true, remaining: 0, resetMs: 0, retryAfterMs: 0 }

/**
 * Asks a store, and decides without it if it fails or is late. During an outage one request per pause waits for the
 * deadline; all others are decided immediately.
 *
 * An outage is logged when it begins, every ten seconds while it lasts, and when it ends, with the number of decisions
 * made without the store. `rateLimitFallbacks()` has the totals.
 */
export class ResilientLimiter {
  readonly #options: Required<ResilientOptions>
  #downUntil = 0
  #outage: { readonly since: number; toldAt: number; fallbacks: number } | undefined

  constructor(options: ResilientOptions) {
    this.#options = { pauseMs: 1000, now: () => performance.now(), ...options }
  }

  /** Rejects with `rate_limit_unavailable` (503) if the policy is `closed` and the store does not answer. */
  async consume(key: string, cost: number, log: () => Logger): Promise<RateDecision> {
    const { now, pauseMs } = this.#options
    if (this.#outage !== undefined) {
      const at = now()
      if (at < this.#downUntil) return this.#without(key, cost)
      this.#downUntil = at + pauseMs // this request tries; the following ones do not wait for it
    }
    try {
      const decision = await this.#ask(key, cost)
      if (this.#outage !== undefined) this.#recover(this.#outage, log)
      return decision
    } catch (error) {
      this.#fail(error, log)
      return this.#without(key, cost)
    }
  }

  /** Clears a key locally and, if it can be reached, in the store. */
  async reset(key: string): Promise<void> {
    const { store, local } = this.#options
    local.reset(key)
    // Best effort: a count that is not cleared expires by itself.
    await store.reset(local.rule, key).catch(() => undefined)
  }

  #fail(error: unknown, log: () => Logger): void {
    const { onStoreError, local, now, pauseMs } = this.#options
    const at = now()
    const limit = local.rule.name
    if (this.#outage === undefined) {
      this.#outage = { since: at, toldAt: at, fallbacks: 0 }
      this.#downUntil = at + pauseMs
      log().error({ err: error, limit, onStoreError }, 'the rate limit store does not answer')
    } else if (at - this.#outage.toldAt >= REMIND_MS) {
      this.#outage.toldAt = at
      const { fallbacks } = this.#outage
      log().error({ err: error, limit, onStoreError, fallbacks }, 'the rate limit store still does not answer')
    }
  }

  #recover({ since, fallbacks }: { since: number; fallbacks: number }, log: () => Logger): void {
    const { local, now } = this.#options
    this.#outage = undefined
    const forMs = Math.round(now() - since)
    log().info({ limit: local.rule.name, fallbacks, forMs }, 'the rate limit store answers again')
  }

  #ask(key: string, cost: number): Promise<RateDecision> {
    const { store, local, deadlineMs } = this.#options
    return new Promise((resolve, reject) => {
      // One turn later: if this process was too busy to read it, the response may have arrived already.
      const late = () => setImmediate(() => reject(new Error(`no answer within ${deadlineMs} ms`)))
      const timer = setTimeout(late, deadlineMs)
      store.consume(local.rule, key, cost).then(
        decision => {
          clearTimeout(timer)
          resolve(decision)
        },
        error => {
          clearTimeout(timer)
          reject(error)
        },
      )
    })
  }

  #without(key: string, cost: number): RateDecision {
    const { onStoreError, local } = this.#options
    if (this.#outage !== undefined) this.#outage.fallbacks++
    countFallback(local.rule.name)
    if (onStoreError === 'closed') {
      throw securityError('rate_limit_unavailable', {}, { headers: { 'Retry-After': '1' } })
    }
    return onStoreError === 'open' ? ADMITTED : local.consume(key, cost)
  }
}
