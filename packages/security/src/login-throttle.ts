import { addressKey } from './address-key.ts'
import { type RateLimit, RateLimiter } from './rate-limiter.ts'

export interface LoginThrottleOptions {
  /** Failures of one address on one account. Default 5 in 15 minutes. */
  pair?: Omit<RateLimit, 'name'>
  /** Failures on one account from anywhere. High, because anybody can cause them. Default 100 in an hour. */
  account?: Omit<RateLimit, 'name'>
  /** Failures of one address on any accounts. Default 50 in 15 minutes. */
  address?: Omit<RateLimit, 'name'>
  /** Bits of an IPv6 address that count. Default 64. */
  ipv6Prefix?: number
  maxKeys?: number
  now?: () => number
}

/**
 * Slows the guessing of passwords down by account and address. An attempt is paid for when it begins, so that many at
 * the same time do not slip through; a success gives back what its own failures had cost.
 *
 * Nobody can lock an account for its owner with a handful of wrong guesses: those count for the guesser's address.
 */
export class LoginThrottle {
  readonly #pair: RateLimiter
  readonly #account: RateLimiter
  readonly #address: RateLimiter
  readonly #prefix: number

  constructor(options: LoginThrottleOptions = {}) {
    const limiter = (name: string, limit: Omit<RateLimit, 'name'>) =>
      new RateLimiter(
        { ...limit, name },
        { maxKeys: options.maxKeys ?? 50_000, ...(options.now && { now: options.now }) },
      )
    const quarter = 15 * 60_000
    this.#pair = limiter('login-pair', options.pair ?? { limit: 5, windowMs: quarter })
    this.#account = limiter('login-account', options.account ?? { limit: 100, windowMs: 4 * quarter })
    this.#address = limiter('login-address', options.address ?? { limit: 50, windowMs: quarter })
    this.#prefix = options.ipv6Prefix ?? 64
  }

  /** @returns milliseconds to wait before this attempt may be made; 0 where it may be made now, and is counted. */
  attempt(account: string, address: string): number {
    const network = addressKey(address, this.#prefix)
    const name = accountKey(account)
    // Each asks only where the ones before it let the attempt pass: a refused one must not use up the others.
    for (const decide of [
      () => this.#pair.consume(`${network} ${name}`),
      () => this.#address.consume(network),
      () => this.#account.consume(name),
    ]) {
      const { allowed, retryAfterMs } = decide()
      if (!allowed) return Math.max(1, retryAfterMs)
    }
    return 0
  }

  /** The attempt was the owner's. */
  succeeded(account: string, address: string): void {
    this.#pair.reset(`${addressKey(address, this.#prefix)} ${accountKey(account)}`)
  }
}

/** One account has one spelling, and a long one is not kept. */
function accountKey(account: string): string {
  return account.normalize('NFKC').trim().toLowerCase().slice(0, 256)
}
