import { sessionError } from '../errors.ts'

/** Runs a few tasks at once, queues further ones, and rejects those beyond the queue's limit. */
export class Limiter {
  readonly #atOnce: number
  readonly #mostWaiting: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce
    this.#mostWaiting = mostWaiting
  }

  /** @throws HttpError `passwords_busy` (503) with Retry-After. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running++
    else {
      if (this.#waiting.length >= this.#mostWaiting) {
        throw sessionError('passwords_busy', {}, { headers: { 'Retry-After': '2' } })
      }
      // A task that ends hands its slot to the next in the queue, so that newcomers cannot overtake.
      await new Promise<void>(resolve => this.#waiting.push(resolve))
    }
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}
