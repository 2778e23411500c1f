export interface BatcherOptions {
  /** Called immediately with each path. */
  stir?: (path: string) => void
  /** Called with the changed paths once the burst is over. */
  flush: (paths: Set<string>) => void
  /**
   * How many milliseconds to wait before asking again because more changes are certain to follow, for example while git is
   * running; 0 for no reason to wait.
   */
  busy?: (paths: ReadonlySet<string>, ageMs: number) => number
}

/** An editor's save is one or two events close together. */
const QUIET_MS = 12
/** More files than an editor saves at once: a checkout or a generator, which pauses between files. */
const BURST_FILES = 4
const BURST_QUIET_MS = 120
/** Changes are passed on at most this long after the first, however long a burst lasts, because requests wait. */
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
    // A burst continues even if its first part has already been passed on.
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
