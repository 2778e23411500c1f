import type { CheckedRateLimit, RateDecision } from './rate-limiter.ts'

/** Counts where several processes count together. */
export interface RateStore {
  /**
   * @param rule - names and describes the limit; stores need not have heard of it before. Rules that differ in anything
   *   count apart.
   * @param cost - 0 looks and counts nothing: `allowed` then says whether a cost of 1 would pass. A negative cost gives
   *   back what was counted, to zero at most.
   */
  consume(rule: CheckedRateLimit, key: string, cost: number): Promise<RateDecision>
  /** Forgets what was counted for a key. */
  reset(rule: CheckedRateLimit, key: string): Promise<void>
}

/**
 * What to do while a store does not answer: count in this process alone, admit everything, or refuse everything with 503
 * (never 429, for nobody asked too often).
 */
export type OnStoreError = 'local' | 'open' | 'closed'
