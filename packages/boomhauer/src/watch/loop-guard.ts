/** How many builds may be caused by one path that the application has not loaded. */
const BUILDS = 3
/** A change this soon after a build has ended is probably the application's own doing. */
const OWN_DOING_MS = 1_000
/** This many such changes of one path in a row are a loop; a few may be a developer saving. */
const OWN_DOINGS = 5

export interface Cause {
  path: string
  /** The application has loaded the file, or a setting names it. */
  expected: boolean
  /** The file is one that programs write: data, not code. */
  data: boolean
}

/**
 * Detects an application that causes its own builds, such as one that writes a file at every start. Without this, it would
 * be rebuilt forever.
 */
export class LoopGuard {
  #counts = new Map<string, number>()
  #stopped = new Set<string>()
  #readyAt = Number.NEGATIVE_INFINITY
  readonly #now: () => number

  /** @param now - monotonic milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Whether changes of this path no longer cause builds. */
  isStopped(path: string): boolean {
    return this.#stopped.has(path)
  }

  /** Records the causes of a build. Returns the path that has caused too many, once. */
  caused(causes: readonly Cause[]): string | undefined {
    const [only] = causes
    if (only === undefined || causes.length > 1) return undefined
    const { path, expected, data } = only
    const quick = this.#now() - this.#readyAt < OWN_DOING_MS
    if (expected && !(data && quick)) {
      this.#counts.delete(path)
      return undefined
    }
    const count = (this.#counts.get(path) ?? 0) + 1
    this.#counts.set(path, count)
    if (count < (expected ? OWN_DOINGS : BUILDS)) return undefined
    this.#stopped.add(path)
    return path
  }

  /** A build has ended. */
  ended(): void {
    this.#readyAt = this.#now()
  }
}
