import type { CheckedRateLimit, RateDecision } from './rate-limiter.ts'

/** Counts where several processes count together. */
export interface RateStore {
  /** @param rule - names and describes the limit; stores need not have heard of it before. */
  consume(rule: CheckedRateLimit, key: string, cost: number): Promise<RateDecision>
  /** Forgets what was counted for a key. */
  reset(rule: CheckedRateLimit, key: string): Promise<void>
}

/**
 * What to do while a store does not answer: count in this process alone, admit everything, or refuse everything with 503
 * (never 429, for nobody asked too often).
 */
export type OnStoreError = 'local' | 'open' | 'closed'
