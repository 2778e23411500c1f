import { isDeepStrictEqual } from 'node:util'
import { isInstalled } from '@arlen/core/stack'
import { Child, type ChildOptions } from './child.ts'

/**
 * Keeps one process started in advance, so that a rebuild does not wait for Node.js to start. It becomes stale when a file
 * that it has preloaded changes, or when the environment does, which is compared when it is taken.
 */
export class SpareProcesses {
  #options: () => ChildOptions
  #waiting: Child | undefined
  #startedWith: ChildOptions | undefined
  #closed = false

  /** @param options - called for each process, because the environment may have changed. */
  constructor(options: () => ChildOptions) {
    this.#options = options
  }

  /** Starts a spare process unless there is one. If that fails, the next build reports why. */
  fill(): void {
    if (this.#waiting || this.#closed) return
    try {
      this.#start()
    } catch {
      this.#waiting = undefined // out of memory or descriptors: the next build tries again
    }
  }

  #start(): Child {
    this.#startedWith = this.#options()
    const child = new Child(this.#startedWith)
    this.#waiting = child
    child.once('exit', () => {
      if (this.#waiting === child) this.#waiting = undefined
    })
    return child
  }

  /** Takes the spare process, or starts a new one. */
  take(): Child {
    if (this.#waiting && !isDeepStrictEqual(this.#options(), this.#startedWith)) this.discard()
    const child = this.#waiting ?? this.#start()
    this.#waiting = undefined
    return child
  }

  /** Discards the spare process if it has loaded one of these files, or packages have been installed. */
  outdate(paths: ReadonlySet<string>): void {
    const files = this.#waiting?.loaded.files
    if ([...paths].some(path => files?.has(path) || isInstalled(path))) this.discard()
  }

  discard(): void {
    const child = this.#waiting
    this.#waiting = undefined
    child?.kill()
  }

  close(): void {
    this.#closed = true
    this.discard()
  }
}
