import type { CheckedRateLimit, RateDecision } from './rate-limiter.ts'

/** A count that several processes share. */
export interface RateStore {
  /**
   * @param rule - names and describes the limit; the store need not know it in advance. Rules that differ in any
   *   setting are counted separately.
   * @param cost - 0 reads without counting: `allowed` tells whether a cost of 1 would pass. A negative cost is a
   *   refund, down to zero.
   */
  consume(rule: CheckedRateLimit, key: string, cost: number): Promise<RateDecision>
  /** Clears the count of a key. */
  reset(rule: CheckedRateLimit, key: string): Promise<void>
}

/**
 * What to do while the store does not answer: count in this process (`local`), allow everything (`open`), or reject
 * everything with 503 (`closed`; never 429, because no limit was exceeded).
 */
export type OnStoreError = 'local' | 'open' | 'closed'
