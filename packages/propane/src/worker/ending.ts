import { deliverSignal, expectedSignal } from '../system/signal-gate.ts'

/** How long an application's WebSocket clients wait for its goodbye before propane says its own. */
const GOODBYE_MS = 1000

/** How often to check whether the application's end is complete. */
const POLL_MS = 50

/**
 * How long an application may take to close what it had open before its end began. What it has opened since then, such as a
 * timer or a file, is waited for until the deadline.
 */
const CLOSE_MS = 1000

export interface EndingOptions {
  /** The application's exported `onStop`. */
  onStop?: (() => unknown) | undefined
}

/**
 * The end of an application, once the last request is answered: a `shutdown` message is emitted (as pm2 sends it), an
 * exported `onStop` is called and awaited, and its own SIGTERM or SIGINT listeners run. Then it is given time to finish what
 * these have begun: until it exits, no work is left, or the time is up.
 */
export class Ending {
  readonly #options: EndingOptions
  #begun: Promise<void> | undefined
  /** What kept the process alive before. */
  #before: ReadonlyMap<string, number> = new Map()
  #hasHooks = false
  /** Whether the application listens to a signal or to messages. */
  hasSignalListeners = false
  readonly #ended = Promise.withResolvers<void>()

  constructor(options: EndingOptions) {
    this.#options = options
  }

  /** Calls the hooks, once. Resolves when they have been called, and `onStop` has finished. */
  begin(): Promise<void> {
    this.#begun ??= this.#begin()
    return this.#begun
  }

  /** Resolves when WebSocket clients may be told to go: the application has had its time to do so itself. */
  async goodbye(): Promise<void> {
    const begun = this.begin()
    if (!this.#hasHooks) return
    await Promise.race([begun, this.#ended.promise, wait(GOODBYE_MS)])
    await Promise.race([this.#ended.promise, wait(POLL_MS)])
  }

  /** The application has ended itself, for example by sending itself the signal again. */
  ended(): void {
    this.#ended.resolve()
  }

  /** Whether the hooks have been called. */
  get hasBegun(): boolean {
    return this.#begun !== undefined
  }

  /** Resolves when nothing that the application has begun at its end is left; false if that took until the deadline. */
  async finished(deadlineMs: number): Promise<boolean> {
    const late = wait(deadlineMs).then(() => false)
    const empty = new Promise<void>(resolve => process.once('beforeExit', () => resolve()))
    return Promise.race([late, Promise.race([this.#ended.promise, empty, this.#quiet()]).then(() => true)])
  }

  async #begin(): Promise<void> {
    const { onStop } = this.#options
    const signal = expectedSignal()
    const listens = process.listenerCount('message') > 1 // one is propane's own
    this.hasSignalListeners = signal !== undefined || listens
    this.#hasHooks = this.hasSignalListeners || onStop !== undefined
    this.#before = activeResources()
    if (listens) process.emit('message', 'shutdown', undefined)
    await onStop?.()
    if (signal) deliverSignal(signal) // last, because its listener may exit
  }

  /** Resolves when what is still open was so before the end began, and there was time to close it. */
  async #quiet(): Promise<void> {
    await wait(CLOSE_MS)
    while (hasMore(activeResources(), this.#before)) await wait(POLL_MS)
  }
}

/** How many resources of each kind keep this process alive. */
function activeResources(): Map<string, number> {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

function hasMore(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number>): boolean {
  return [...now].some(([kind, count]) => count > (before.get(kind) ?? 0))
}

/** Does not keep the process alive: whether it has anything left to do is what the end is about. */
function wait(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms).unref())
}
