import type { Logger } from '@arlen/core'

/** The longest delay of a Node.js timer. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * A task that runs periodically while the application runs, such as removing expired rows. Every process runs it on its
 * own schedule: first at a random time within the interval, then once per interval, plus or minus a tenth. A failure is
 * logged and does not end the schedule.
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

  /** Resolves once a run in progress has ended. */
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
      this.#log.error({ err, work: this.#name }, 'a recurring task failed')
    }
    // Scheduled only now, so that runs that take longer than the interval do not overlap.
    this.#wait(this.#everyMs * (0.9 + 0.2 * Math.random()))
  }
}
