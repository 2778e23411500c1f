import { Child, type ChildOptions } from './child.ts'

/**
 * Keeps one process started and waiting, so that a rebuild does not wait for Node.js to start. What it has loaded ahead
 * makes it stale when one of these files changes, or when the environment does.
 */
export class SpareProcesses {
  #options: () => ChildOptions
  #waiting: Child | undefined
  #closed = false

  /** @param options - asked for each process anew: the environment may have changed. */
  constructor(options: () => ChildOptions) {
    this.#options = options
  }

  /** Starts a process to wait, unless one does. Where none can be started, the next build will say why. */
  fill(): void {
    if (this.#waiting || this.#closed) return
    try {
      this.#start()
    } catch {
      this.#waiting = undefined // no memory, no files: tried again when it is needed
    }
  }

  #start(): Child {
    const child = new Child(this.#options())
    this.#waiting = child
    child.once('exit', () => {
      if (this.#waiting === child) this.#waiting = undefined
    })
    return child
  }

  /** The process that waits, or a fresh one. */
  take(): Child {
    const child = this.#waiting ?? this.#start()
    this.#waiting = undefined
    return child
  }

  /** Throws the waiting process away when it has loaded one of these files. */
  outdate(paths: ReadonlySet<string>): void {
    const changedEnv = [...paths].some(path => /(?:^|\/)\.env(?:\.[^/]*)?$/.test(path))
    if (changedEnv || this.#waiting?.files.some(file => paths.has(file))) this.discard()
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
