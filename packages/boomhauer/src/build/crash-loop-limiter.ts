const CRASHES = 3
const WITHIN_MS = 10_000

/** Lets a crashed application be started again, unless it crashes again and again. */
export class CrashLoopLimiter {
  #crashes: number[] = []

  /** Notes a crash at `now` (monotonic milliseconds); false when there were too many of late. */
  crashed(now: number): boolean {
    this.#crashes = [...this.#crashes.filter(at => now - at < WITHIN_MS), now]
    return this.#crashes.length < CRASHES
  }
}
