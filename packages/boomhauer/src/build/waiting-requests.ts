/** How long a request lets newer saves overtake the build it waits for. */
const PATIENCE_MS = 2_000

interface Waiting<T> {
  since: number
  /** The build it waited for was given up for a newer one. */
  overtaken: boolean
  resolve: (answer: T) => void
}

/**
 * Requests that wait for a build. Each wants the newest code, but saves may come faster than builds end: a request is
 * overtaken by a newer build at most once, and never after two seconds. It waits for one build and two seconds at most.
 */
export class WaitingRequests<T> {
  readonly #waiting = new Set<Waiting<T>>()
  readonly #now: () => number

  /** @param now - monotonic milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Resolves with what there is to serve. `since` is when the request came. */
  wait(since: number): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>()
    this.#waiting.add({ since, overtaken: false, resolve })
    return promise
  }

  /** Whether the build under way must be finished, although a newer one would follow. */
  get needBuild(): boolean {
    const latest = this.#now() - PATIENCE_MS
    return [...this.#waiting].some(({ since, overtaken }) => overtaken || since <= latest)
  }

  /** The build under way has been given up for a newer one. */
  overtake(): void {
    for (const waiting of this.#waiting) waiting.overtaken = true
  }

  /**
   * Answers those who wait: all of them, or where the code has changed since the build began (at `changedAt`), those
   * who came before that or have waited long enough.
   */
  answer(value: T, changedAt: number = Number.POSITIVE_INFINITY): void {
    const latest = this.#now() - PATIENCE_MS
    for (const waiting of this.#waiting) {
      if (waiting.since > changedAt && waiting.since > latest) continue
      this.#waiting.delete(waiting)
      waiting.resolve(value)
    }
  }
}
