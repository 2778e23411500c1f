import { type LoggerOption, toLogger } from '@arlen/core'
import { addressKey } from './address-key.ts'
import { sharedStore } from './rate-limit.ts'
import { type RateDecision, type RateLimit, RateLimiter } from './rate-limiter.ts'
import type { RateStore } from './rate-store.ts'
import { ResilientLimiter } from './resilient-limiter.ts'

export interface LoginThrottleOptions {
  /** What its limits are called in stores; another one for what is not a login. Default `login`. */
  name?: string
  /** Failures of one address on one account. Default 5 in 15 minutes. */
  pair?: Omit<RateLimit, 'name'>
  /** Failures on one account from anywhere. High, because anybody can cause them. Default 100 in an hour. */
  account?: Omit<RateLimit, 'name'>
  /** Failures of one address on any accounts. Default 50 in 15 minutes. */
  address?: Omit<RateLimit, 'name'>
  /** Bits of an IPv6 address that count. Default 64. */
  ipv6Prefix?: number
  maxKeys?: number
  /** As that of `rateLimit()`. Default: together with the other workers of propane, and elsewhere in memory. */
  store?: RateStore | 'memory'
  /** Where an outage of the store is logged. Default: nowhere. */
  log?: LoggerOption
  now?: () => number
}

/**
 * Slows the guessing of passwords down by account and address. An attempt is paid for when it begins, so that many at
 * the same time do not slip through; a success gives back what its own failures had cost.
 *
 * Nobody can lock an account for its owner with a handful of wrong guesses: those count for the guesser's address.
 */
export class LoginThrottle {
  readonly #pair: Counter
  readonly #account: Counter
  readonly #address: Counter
  readonly #prefix: number

  constructor(options: LoginThrottleOptions = {}) {
    const quarter = 15 * 60_000
    const { name = 'login' } = options
    this.#pair = counter(`${name}-pair`, options.pair ?? { limit: 5, windowMs: quarter }, options)
    this.#account = counter(`${name}-account`, options.account ?? { limit: 100, windowMs: 4 * quarter }, options)
    this.#address = counter(`${name}-address`, options.address ?? { limit: 50, windowMs: quarter }, options)
    this.#prefix = options.ipv6Prefix ?? 64
  }

  /** @returns milliseconds to wait before this attempt may be made; 0 where it may be made now, and is counted. */
  async attempt(account: string, address: string): Promise<number> {
    const network = addressKey(address, this.#prefix)
    const name = accountKey(account)
    // Each is asked only where those before it let the attempt pass: a refused one must not use up the others.
    for (const [counter, key] of [
      [this.#pair, `${network} ${name}`],
      [this.#address, network],
      [this.#account, name],
    ] as const) {
      const { allowed, retryAfterMs } = await counter.consume(key)
      if (!allowed) return Math.max(1, retryAfterMs)
    }
    return 0
  }

  /** The attempt was the owner's. */
  async succeeded(account: string, address: string): Promise<void> {
    await this.#pair.reset(`${addressKey(address, this.#prefix)} ${accountKey(account)}`)
  }
}

/** A limiter, shared or not. */
interface Counter {
  consume(key: string): RateDecision | Promise<RateDecision>
  reset(key: string): void | Promise<void>
}

function counter(name: string, limit: Omit<RateLimit, 'name'>, options: LoginThrottleOptions): Counter {
  const { maxKeys = 50_000, now, log } = options
  const local = new RateLimiter({ ...limit, name }, { maxKeys, ...(now && { now }) })
  const store = sharedStore(options.store)
  if (store === undefined) return local
  const shared = new ResilientLimiter({ store, local, onStoreError: 'local', deadlineMs: 50 })
  const logger = toLogger(log ?? false)
  return { consume: key => shared.consume(key, 1, () => logger), reset: key => shared.reset(key) }
}

/** One account has one spelling, and a long one is not kept. */
function accountKey(account: string): string {
  return account.normalize('NFKC').trim().toLowerCase().slice(0, 256)
}
