import type { Logger } from '@arlen/core'
import { securityError } from './errors.ts'
import type { RateDecision, RateLimiter } from './rate-limiter.ts'
import type { OnStoreError, RateStore } from './rate-store.ts'

/** How long a store that failed is left alone before one request tries it again. */
const PAUSE_MS = 1000

export interface ResilientOptions {
  store: RateStore
  local: RateLimiter
  onStoreError: OnStoreError
  /** How long a decision may take, in milliseconds. */
  deadlineMs: number
  now?: () => number
}

const ADMITTED: RateDecision = { allowed: true, remaining: 0, resetMs: 0, retryAfterMs: 0 }

/**
 * Asks a store, and decides without it when it fails or is late. An outage costs one request the deadline; the others
 * are decided at once until the store answers again. It is logged when it begins and when it ends, and not in between.
 */
export class ResilientLimiter {
  readonly #options: ResilientOptions
  readonly #now: () => number
  #downUntil = 0
  #isDown = false

  constructor(options: ResilientOptions) {
    this.#options = options
    this.#now = options.now ?? (() => performance.now())
  }

  /** Rejects with `rate_limit_unavailable` (503) where the policy is `closed` and the store does not answer. */
  async consume(key: string, cost: number, log: () => Logger): Promise<RateDecision> {
    const now = this.#now()
    if (this.#isDown) {
      if (now < this.#downUntil) return this.#without(key, cost)
      this.#downUntil = now + PAUSE_MS // this request tries, the next ones do not wait for it
    }
    try {
      const decision = await this.#ask(key, cost)
      if (this.#isDown) {
        this.#isDown = false
        log().info({ limit: this.#options.local.rule.name }, 'the rate limit store answers again')
      }
      return decision
    } catch (error) {
      if (!this.#isDown) {
        this.#isDown = true
        this.#downUntil = this.#now() + PAUSE_MS
        const { onStoreError, local } = this.#options
        log().error({ err: error, limit: local.rule.name, onStoreError }, 'the rate limit store does not answer')
      }
      return this.#without(key, cost)
    }
  }

  /** Forgets a key here and, as far as it can be reached, in the store. */
  async reset(key: string): Promise<void> {
    const { store, local } = this.#options
    local.reset(key)
    // Nothing depends on it: what is not forgotten runs out by itself.
    await store.reset(local.rule, key).catch(() => undefined)
  }

  #ask(key: string, cost: number): Promise<RateDecision> {
    const { store, local, deadlineMs } = this.#options
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs)
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
    if (onStoreError === 'closed') {
      throw securityError('rate_limit_unavailable', {}, { headers: { 'Retry-After': '1' } })
    }
    return onStoreError === 'open' ? ADMITTED : local.consume(key, cost)
  }
}
