import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { securityError } from '../errors.ts'
import { KeyTable } from './key-table.ts'
import { type Columns, type RateAlgorithm, type RateAlgorithmName, rateAlgorithm } from './rate-algorithm.ts'

/** The decision about a request. Durations are in milliseconds. */
export interface RateDecision {
  readonly allowed: boolean
  readonly remaining: number
  /** Until the whole quota is available. */
  readonly resetMs: number
  /** Until the same request would pass; 0 if it passed. */
  readonly retryAfterMs: number
}

/** How many requests are allowed in how much time. */
export interface RateLimit {
  /** The limit's name in the `RateLimit` header, in errors and in stores. Default `default`. */
  name?: string
  /** Requests per window. */
  limit: number
  windowMs: number
  /** Default `sliding-window`. */
  algorithm?: RateAlgorithmName
  /** Token bucket only: how many requests may come at once. Default `limit`. */
  burst?: number
}

/** The values are validated by {@link checkRateLimit}. */
export const RATE_LIMIT_OPTIONS: OptionTable<RateLimit> = {
  name: option.any,
  limit: option.any,
  windowMs: option.any,
  algorithm: option.any,
  burst: option.any,
}

/** Options of {@link createRateLimiter}. */
export interface RateLimiterOptions extends RateLimit {
  /** How many keys are counted at once. Default 100,000. */
  maxKeys?: number
  /** The time in milliseconds. Default `performance.now`. */
  now?: () => number
}

const LIMITER_OPTIONS: OptionTable<RateLimiterOptions> = {
  ...RATE_LIMIT_OPTIONS,
  maxKeys: option.integer(1),
  now: option.func,
}

/** A validated limit with its defaults filled in. */
export interface CheckedRateLimit {
  readonly name: string
  readonly limit: number
  readonly windowMs: number
  readonly algorithm: RateAlgorithmName
  readonly burst: number
}

/** @throws ArlenError `rate_limit_invalid`. */
export function checkRateLimit(limit: RateLimit): CheckedRateLimit {
  const { name = 'default', algorithm = 'sliding-window', burst = limit.limit } = limit
  const refuse = (problem: string) => securityError('rate_limit_invalid', { name: JSON.stringify(name), problem })
  if (!/^[a-z][\w.-]{0,63}$/i.test(name)) throw refuse('its name must be letters, digits, dots, dashes, underscores')
  for (const [member, value] of Object.entries({ limit: limit.limit, windowMs: limit.windowMs, burst })) {
    if (!Number.isSafeInteger(value) || value < 1) throw refuse(`${member} must be a whole number from 1, not ${value}`)
  }
  if (!['fixed-window', 'sliding-window', 'token-bucket'].includes(algorithm)) throw refuse(`no algorithm ${algorithm}`)
  return { name, limit: limit.limit, windowMs: limit.windowMs, algorithm, burst }
}

const ADMITTED_UNCOUNTED: RateDecision = { allowed: true, remaining: 0, resetMs: 0, retryAfterMs: 0 }

/** Counts in this process: synchronous, in bounded memory, over a million decisions per second. */
export class RateLimiter {
  readonly rule: CheckedRateLimit
  readonly #algorithm: RateAlgorithm
  readonly #table: KeyTable
  readonly #now: () => number

  constructor(limit: RateLimit, options: Pick<RateLimiterOptions, 'maxKeys' | 'now'> = {}) {
    this.rule = checkRateLimit(limit)
    this.#algorithm = rateAlgorithm(this.rule.algorithm, this.rule)
    const { maxKeys = 100_000, now = () => performance.now() } = options
    this.#table = new KeyTable(this.#algorithm, maxKeys)
    this.#now = now
  }

  /** Counts a request, or rejects it. For costs of 0 and less see `RateStore`. */
  consume(key: string, cost = 1): RateDecision {
    const now = this.#now()
    const table = this.#table
    if (cost === 0) return this.#look(key, now)
    const row = table.rowOf(key, now)
    // All its possible rows belong to blocked keys. Rejecting it would punish it for theirs.
    if (row === -1) return ADMITTED_UNCOUNTED
    const allowed = this.#algorithm.take(table, row, cost, now)
    return {
      allowed,
      remaining: this.#algorithm.remaining(table, row, now),
      resetMs: this.#algorithm.resetMs(table, row, now),
      retryAfterMs: allowed ? 0 : this.#algorithm.retryAfterMs(table, row, cost, now),
    }
  }

  #look(key: string, now: number): RateDecision {
    const row = this.#table.find(key)
    return row === -1 ? untouched(this.rule) : lookAt(this.#algorithm, this.#table, row, now)
  }

  /** Clears the count of a key. */
  reset(key: string): void {
    const row = this.#table.find(key)
    if (row === -1) return
    this.#table.a[row] = 0
    this.#table.b.fill(0, row, row + 1)
    this.#table.c.fill(0, row, row + 1)
  }

  /** The number of keys, and the memory they take. */
  get usage(): { keys: number; bytes: number } {
    return { keys: this.#table.size, bytes: this.#table.bytes }
  }
}

/**
 * Makes a {@link RateLimiter}, to count something other than requests.
 *
 * @throws ArlenError `option_unknown`, `option_invalid`, `rate_limit_invalid`.
 */
export function createRateLimiter(options: RateLimiterOptions): RateLimiter {
  const { maxKeys, now, ...limit } = readOptions('createRateLimiter()', options, LIMITER_OPTIONS)
  return new RateLimiter(limit, { ...(maxKeys !== undefined && { maxKeys }), ...(now && { now }) })
}

/** The state of a key that has not been counted. */
export function untouched({ algorithm, limit, burst }: CheckedRateLimit): RateDecision {
  return { allowed: true, remaining: algorithm === 'token-bucket' ? burst : limit, resetMs: 0, retryAfterMs: 0 }
}

/** The state of a row without counting: `allowed` tells whether a request of cost 1 would pass. */
export function lookAt(algorithm: RateAlgorithm, columns: Columns, row: number, now: number): RateDecision {
  const allowed = !algorithm.isBlocked(columns, row, now)
  return {
    allowed,
    remaining: algorithm.remaining(columns, row, now),
    resetMs: algorithm.resetMs(columns, row, now),
    retryAfterMs: allowed ? 0 : algorithm.retryAfterMs(columns, row, 1, now),
  }
}
