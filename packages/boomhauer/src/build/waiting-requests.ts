/** How long a newer save may supersede the build that a request waits for. */
const PATIENCE_MS = 2_000

interface Waiting<T> {
  since: number
  /** The build it waited for was superseded by a newer one. */
  overtaken: boolean
  resolve: (answer: T) => void
}

/**
 * Requests that wait for a build. Each should get the newest code, but saves may come faster than builds finish. So a newer
 * build supersedes the one a request waits for at most once, and never after two seconds: a request waits for one build
 * plus two seconds at most.
 */
export class WaitingRequests<T> {
  readonly #waiting = new Set<Waiting<T>>()
  readonly #now: () => number

  /** @param now - monotonic milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Resolves with what to serve. `since` is when the request arrived. */
  wait(since: number): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<T>()
    this.#waiting.add({ since, overtaken: false, resolve })
    return promise
  }

  /** Whether the running build must finish although a newer one is waiting. */
  get needBuild(): boolean {
    const latest = this.#now() - PATIENCE_MS
    return [...this.#waiting].some(({ since, overtaken }) => overtaken || since <= latest)
  }

  /** A newer build has superseded the running one. */
  overtake(): void {
    for (const waiting of this.#waiting) waiting.overtaken = true
  }

  /**
   * Answers waiting requests: all of them, or, if the code has changed since the build began (at `changedAt`), those that
   * arrived before the change or have waited long enough.
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
