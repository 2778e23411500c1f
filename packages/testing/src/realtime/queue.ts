import { testingError } from '../errors.ts'

const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis
const DEFAULT_TIMEOUT_MS = 10_000

interface Waiter<T> {
  resolve: (value: T | undefined) => void
  reject: (error: Error) => void
}

/** Items that arrive, and the consumers that wait for them, in order. */
export class Queue<T> {
  readonly #what: string
  readonly #arrived: T[] = []
  readonly #waiting: Waiter<T>[] = []
  #end: { error: Error | undefined } | undefined

  constructor(what: string) {
    this.#what = what
  }

  add(value: T): void {
    const waiter = this.#waiting.shift()
    if (waiter) waiter.resolve(value)
    else this.#arrived.push(value)
  }

  /** No more items will come. */
  end(error?: Error): void {
    if (this.#end) return
    this.#end = { error }
    for (const { resolve, reject } of this.#waiting.splice(0)) error ? reject(error) : resolve(undefined)
  }

  /**
   * The next item; undefined if no more will come.
   *
   * @throws ArlenError `response_missing` if none arrives in time
   */
  next(timeoutMs: number = DEFAULT_TIMEOUT_MS): Promise<T | undefined> {
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift())
    if (this.#end) return this.#end.error ? Promise.reject(this.#end.error) : Promise.resolve(undefined)
    return new Promise((resolve, reject) => {
      const timer = startTimer(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1)
        reject(testingError('response_missing', { request: this.#what, ms: timeoutMs }))
      }, timeoutMs)
      const settle =
        <V>(done: (value: V) => void) =>
        (value: V) => {
          stopTimer(timer)
          done(value)
        }
      const waiter: Waiter<T> = { resolve: settle(resolve), reject: settle(reject) }
      this.#waiting.push(waiter)
    })
  }
}
