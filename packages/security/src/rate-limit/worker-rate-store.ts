import type { CheckedRateLimit, RateDecision } from './rate-limiter.ts'
import type { RateStore } from './rate-store.ts'
import { isRateAnswer, RATE_LIMIT_PROTOCOL, type RateQuestion, unpackDecision } from './worker-messages.ts'

/** The worker's end of the channel to its primary: usually `process`. */
export interface WorkerChannel {
  send(message: RateQuestion, sent: (error: Error | null) => void): unknown
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
}

interface Waiting {
  readonly item: readonly [CheckedRateLimit, string, number | null]
  readonly resolve: (decision: RateDecision) => void
  readonly reject: (reason: Error) => void
}

/**
 * Counts in the primary, shared by all workers. Everything that comes up in one turn of the event loop is sent in one
 * message, so a decision costs less the busier the worker is.
 */
export class WorkerRateStore implements RateStore {
  readonly #channel: WorkerChannel
  readonly #asked = new Map<number, readonly Waiting[]>()
  #next: Waiting[] = []
  #questions = 0

  constructor(channel: WorkerChannel) {
    this.#channel = channel
    channel.on('message', message => {
      if (!isRateAnswer(message)) return
      const waiting = this.#asked.get(message.answer)
      this.#asked.delete(message.answer)
      for (const [index, { resolve }] of (waiting ?? []).entries()) resolve(unpackDecision(message.decisions[index]!))
    })
    channel.on('disconnect', () => {
      for (const question of [...this.#asked.keys()]) this.#fail(question, new Error('the primary is gone'))
    })
  }

  consume(rule: CheckedRateLimit, key: string, cost: number): Promise<RateDecision> {
    return this.#enqueue(rule, key, cost)
  }

  async reset(rule: CheckedRateLimit, key: string): Promise<void> {
    await this.#enqueue(rule, key, null)
  }

  #enqueue(rule: CheckedRateLimit, key: string, cost: number | null): Promise<RateDecision> {
    return new Promise((resolve, reject) => {
      this.#next.push({ item: [rule, key, cost], resolve, reject })
      if (this.#next.length === 1) setImmediate(() => this.#ask())
    })
  }

  #ask(): void {
    const waiting = this.#next
    this.#next = []
    const question = this.#questions++
    this.#asked.set(question, waiting)
    const rules = [...new Set(waiting.map(({ item: [rule] }) => rule))]
    const items = waiting.map(({ item: [rule, key, cost] }) => [rules.indexOf(rule), key, cost] as const)
    const message: RateQuestion = { arlenRateLimit: RATE_LIMIT_PROTOCOL, question, rules, items }
    // Callers have deadlines of their own. Unanswered questions must not be kept forever.
    setTimeout(() => this.#fail(question, new Error('the primary does not answer')), 5000).unref()
    try {
      this.#channel.send(message, error => error && this.#fail(question, error))
    } catch (error) {
      this.#fail(question, error as Error)
    }
  }

  #fail(question: number, reason: Error): void {
    const waiting = this.#asked.get(question)
    this.#asked.delete(question)
    for (const { reject } of waiting ?? []) reject(reason)
  }
}

let ofThisProcess: WorkerRateStore | undefined

/** The store for a worker whose primary counts, as propane's does; undefined in any other process. */
export function workerRateStore(
  env: Readonly<Record<string, string | undefined>> = process.env,
): WorkerRateStore | undefined {
  if (!env.PROPANE_RATE_PRIMARY || !process.send) return undefined
  ofThisProcess ??= new WorkerRateStore(process as WorkerChannel)
  return ofThisProcess
}
