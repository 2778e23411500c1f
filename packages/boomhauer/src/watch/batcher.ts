export interface BatcherOptions {
  /** Called with each path at once. */
  stir?: (path: string) => void
  /** Called with the changed paths once the burst is over. */
  flush: (paths: Set<string>) => void
  /**
   * How many milliseconds to wait before asking again, because more changes are certain to come, as while git is at
   * work; 0 when there is no reason to wait.
   */
  busy?: (paths: ReadonlySet<string>, ageMs: number) => number
}

/** A save by an editor is one or two events close together. */
const QUIET_MS = 12
/** More files than an editor saves at once: a checkout, a generator; there are pauses between its files. */
const BURST_FILES = 4
const BURST_QUIET_MS = 120
/** However long a burst lasts, its changes are passed on this long after the first: requests wait for them. */
const LONGEST_MS = 2_000

/** Collects changes that come close together into one batch. */
export class Batcher {
  #paths = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #since = 0
  #last = 0
  #burst = false
  #options: BatcherOptions

  constructor(options: BatcherOptions) {
    this.#options = options
  }

  add(path: string): void {
    const now = performance.now()
    // A burst whose first part has been passed on already goes on.
    if (now - this.#last > BURST_QUIET_MS) this.#burst = false
    this.#last = now
    if (this.#paths.size === 0) this.#since = now
    this.#paths.add(path)
    this.#burst ||= this.#paths.size > BURST_FILES
    this.#options.stir?.(path)
    this.#wait(this.#burst ? BURST_QUIET_MS : QUIET_MS)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#paths.clear()
  }

  #wait(ms: number): void {
    clearTimeout(this.#timer)
    const left = this.#since + LONGEST_MS - performance.now()
    this.#timer = setTimeout(() => this.#flush(), Math.max(0, Math.min(ms, left)))
  }

  #flush(): void {
    const ageMs = performance.now() - this.#since
    const waitMs = ageMs < LONGEST_MS ? (this.#options.busy?.(this.#paths, ageMs) ?? 0) : 0
    if (waitMs > 0) return this.#wait(waitMs)
    const paths = this.#paths
    this.#paths = new Set()
    this.#options.flush(paths)
  }
}
