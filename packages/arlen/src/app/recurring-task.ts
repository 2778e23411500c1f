import { type Channel, channel } from 'node:diagnostics_channel'
import type { InspectedJob, Logger } from '@arlen/core'

/** Publishes the state of a task at the start and at the end of each run, for tools that display it, such as a development server. */
const changed: Channel = channel('arlen:job')

/** The longest delay of a Node.js timer. */
const LONGEST_MS = 2 ** 31 - 1

/**
 * A task that runs periodically while the application runs, such as removing expired rows. Every process runs it on its
 * own schedule: first at a random time within the interval, then once per interval, plus or minus a tenth. A failure is
 * logged and does not end the schedule.
 */
export class RecurringTask {
  readonly name: string
  readonly #everyMs: number
  readonly #work: () => unknown
  readonly #log: Logger
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #stopped = true
  #runs = 0
  #nextAt: number | undefined
  #last: InspectedJob['last']

  constructor(name: string, everyMs: number, work: () => unknown, log: Logger) {
    if (!(everyMs >= 1 && everyMs * 1.1 <= LONGEST_MS)) throw new RangeError(`${name} cannot recur every ${everyMs} ms`)
    this.name = name
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
    return this.#running?.catch(() => undefined)
  }

  /** Runs it now, and joins a run that is in progress. Rejects with its failure. */
  runNow(): Promise<void> {
    clearTimeout(this.#timer)
    if (this.#running) return this.#running
    this.#running = this.#run().finally(() => {
      this.#running = undefined
      // Scheduled only now, so that runs that take longer than the interval do not overlap.
      this.#wait(this.#everyMs * (0.9 + 0.2 * Math.random()))
      changed.publish(this.state)
    })
    changed.publish(this.state)
    return this.#running
  }

  /** What it has done so far. */
  get state(): InspectedJob {
    return {
      name: this.name,
      everyMs: this.#everyMs,
      runs: this.#runs,
      isRunning: this.#running !== undefined,
      ...(this.#nextAt !== undefined && { nextAt: this.#nextAt }),
      ...(this.#last && { last: this.#last }),
    }
  }

  #wait(ms: number): void {
    if (this.#stopped) return
    this.#nextAt = Math.round(Date.now() + ms)
    // A failure has been logged.
    this.#timer = setTimeout(() => this.runNow().catch(() => undefined), ms).unref()
  }

  async #run(): Promise<void> {
    const startedAt = Date.now()
    const started = performance.now()
    const end = (failure?: string) => {
      this.#last = { startedAt, durationMs: performance.now() - started, ...(failure !== undefined && { failure }) }
    }
    this.#runs++
    this.#nextAt = undefined
    try {
      await this.#work()
      end()
    } catch (err) {
      end(String(err))
      this.#log.error({ err, work: this.name }, 'a recurring task failed')
      throw err
    }
  }
}
