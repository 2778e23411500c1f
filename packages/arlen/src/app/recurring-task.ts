import type { Logger } from '@arlen/core'

/** The longest that a timer of Node.js waits. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * Work that is done again and again while the application runs, such as removing what has expired. Every process of the
 * application does it, each at times of its own: the first at a random time within the interval, the others an interval
 * apart, give or take a tenth. A failure is logged, and the next time comes all the same.
 */
export class RecurringTask {
  readonly #name: string
  readonly #everyMs: number
  readonly #work: () => unknown
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(name: string, everyMs: number, work: () => unknown, log: Logger) {
    if (!(everyMs >= 1 && everyMs * 1.1 <= LONGEST_MS)) throw new RangeError(`${name} cannot recur every ${everyMs} ms`)
    this.#name = name
    this.#everyMs = everyMs
    this.#work = work
    this.#log = log
  }

  start(): void {
    this.#stopped = false
    this.#wait(this.#everyMs * Math.random())
  }

  /** Resolves when work that is under way has ended. */
  stop(): Promise<void> | undefined {
    this.#stopped = true
    clearTimeout(this.#timer)
    return this.#running
  }

  #wait(ms: number): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#running = this.#run()
    }, ms).unref()
  }

  async #run(): Promise<void> {
    try {
      await this.#work()
    } catch (err) {
      this.#log.error({ err, work: this.#name }, 'work that recurs has failed')
    }
    // Only now: work that takes longer than the interval is not done twice at the same time.
    this.#wait(this.#everyMs * (0.9 + 0.2 * Math.random()))
  }
}
