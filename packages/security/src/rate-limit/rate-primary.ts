import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { checkRateLimit, type RateDecision, RateLimiter } from './rate-limiter.ts'
import { isRateQuestion, packDecision, RATE_LIMIT_PROTOCOL, type RateAnswer } from './worker-messages.ts'

const MOST_RULES = 200

const OPTIONS: OptionTable<{ maxKeys?: number }> = { maxKeys: option.integer(1) }

/**
 * Counts for all workers, in the primary process: it receives their messages and answers those that are questions. It
 * knows nothing of the application; the rules come with the questions.
 *
 * ```ts
 * const rates = createRatePrimary()
 * worker.on('message', message => rates.handle(message, answer => worker.send(answer)) || handleOther(message))
 * ```
 */
export class RatePrimary {
  readonly #limiters = new Map<string, RateLimiter>()
  readonly #maxKeys: number

  constructor(options: { maxKeys?: number } = {}) {
    const { maxKeys = 200_000 } = readOptions('createRatePrimary()', options, OPTIONS)
    this.#maxKeys = maxKeys
  }

  /**
   * @returns whether the message was a question and has been handled. Malformed questions get no response: nothing that a
   *   worker sends may harm the primary.
   */
  handle(message: unknown, reply: (answer: RateAnswer) => void): boolean {
    if (!isRateQuestion(message)) return false
    let decisions: RateAnswer['decisions']
    try {
      const limiters = message.rules.map(rule => this.#limiter(rule))
      decisions = message.items.map(([rule, key, cost]) => packDecision(answer(limiters[rule]!, String(key), cost)))
    } catch {
      return true // the worker decides by itself after its deadline
    }
    reply({ arlenRateLimit: RATE_LIMIT_PROTOCOL, answer: message.question, decisions })
    return true
  }

  #limiter(rule: Parameters<typeof checkRateLimit>[0]): RateLimiter {
    const id = JSON.stringify(checkRateLimit(rule))
    let limiter = this.#limiters.get(id)
    if (!limiter) {
      // Rules change between releases; the oldest is the most likely to be unused.
      if (this.#limiters.size >= MOST_RULES) this.#limiters.delete(this.#limiters.keys().next().value!)
      limiter = new RateLimiter(rule, { maxKeys: this.#maxKeys })
      this.#limiters.set(id, limiter)
    }
    return limiter
  }
}

/**
 * Makes a {@link RatePrimary}.
 *
 * @param options.maxKeys - per rule. Default 200,000.
 * @throws ArlenError `option_unknown`, `option_invalid`.
 */
export function createRatePrimary(options: { maxKeys?: number } = {}): RatePrimary {
  return new RatePrimary(options)
}

function answer(limiter: RateLimiter, key: string, cost: number | null): RateDecision {
  if (cost !== null) return limiter.consume(key, cost)
  limiter.reset(key)
  return { allowed: true, remaining: limiter.rule.limit, resetMs: 0, retryAfterMs: 0 }
}
