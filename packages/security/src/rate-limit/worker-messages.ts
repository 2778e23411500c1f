import type { CheckedRateLimit, RateDecision } from './rate-limiter.ts'

/**
 * The messages between workers and their primary: one question with everything that came up in one turn of the worker's
 * event loop, and one response. Plain JSON, so that any channel can carry it.
 */
export const RATE_LIMIT_PROTOCOL = 1

/** What a worker asks the primary: whether requests are within their limits. */
export interface RateQuestion {
  readonly arlenRateLimit: typeof RATE_LIMIT_PROTOCOL
  readonly question: number
  readonly rules: readonly CheckedRateLimit[]
  /** Rule index, key and cost; cost null clears the key. */
  readonly items: readonly (readonly [rule: number, key: string, cost: number | null])[]
}

/** The primary's answer to a {@link RateQuestion}. */
export interface RateAnswer {
  readonly arlenRateLimit: typeof RATE_LIMIT_PROTOCOL
  readonly answer: number
  /** In the order of the items: 1 or 0 for allowed, then remaining, resetMs, retryAfterMs. */
  readonly decisions: readonly (readonly [number, number, number, number])[]
}

/** Whether a message of a worker is a {@link RateQuestion}. */
export function isRateQuestion(message: unknown): message is RateQuestion {
  return isOurs(message) && 'question' in message && Array.isArray(message.rules) && Array.isArray(message.items)
}

export function isRateAnswer(message: unknown): message is RateAnswer {
  return isOurs(message) && 'answer' in message && Array.isArray(message.decisions)
}

export function packDecision(decision: RateDecision): [number, number, number, number] {
  return [decision.allowed ? 1 : 0, decision.remaining, decision.resetMs, decision.retryAfterMs]
}

export function unpackDecision([allowed, remaining, resetMs, retryAfterMs]: readonly number[]): RateDecision {
  return { allowed: allowed === 1, remaining: remaining!, resetMs: resetMs!, retryAfterMs: retryAfterMs! }
}

function isOurs(message: unknown): message is Record<string, unknown> {
  return (
    typeof message === 'object' &&
    message !== null &&
    (message as { arlenRateLimit?: unknown }).arlenRateLimit === RATE_LIMIT_PROTOCOL
  )
}
