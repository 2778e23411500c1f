const CRASHES = 3
const WITHIN_MS = 10_000

/** Allows a crashed application to restart, unless it crashes again and again. */
export class CrashLoopLimiter {
  #crashes: number[] = []

  /** Records a crash at `now` (monotonic milliseconds). Returns false after too many recent crashes. */
  crashed(now: number): boolean {
    this.#crashes = [...this.#crashes.filter(at => now - at < WITHIN_MS), now]
    return this.#crashes.length < CRASHES
  }

  /** The code has changed: what crashes from now on is something else. */
  reset(): void {
    this.#crashes = []
  }
}
