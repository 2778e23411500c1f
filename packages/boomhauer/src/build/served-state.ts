import type { Settled, State } from './supervisor-state.ts'
import { WaitingRequests } from './waiting-requests.ts'

/** What requests get: the outcome of the last build or, while the code is newer than that, a wait for the next one. */
export class ServedState {
  readonly #waiting = new WaitingRequests<Settled>()
  #current: State
  #last: Settled | undefined
  /** Time of the first change that the running build, or the last one, does not include. */
  #changedAt: number | undefined

  /** @param build - the id of the first build */
  constructor(build: string) {
    this.#current = { kind: 'building', build }
  }

  get current(): State {
    return this.#current
  }

  /** The outcome of the last build. */
  get last(): Settled | undefined {
    return this.#last
  }

  /** Whether the code has changed since the running build, or the last one, began. */
  get isOutdated(): boolean {
    return this.#changedAt !== undefined
  }

  /** Whether requests need the running build although a newer one is waiting. */
  get isNeeded(): boolean {
    return this.#waiting.needBuild
  }

  /**
   * Resolves with what to serve as soon as it is known.
   *
   * @param since - when the request arrived, in monotonic milliseconds
   */
  async settled(since: number): Promise<Settled> {
    return this.#current.kind === 'building' ? this.#waiting.wait(since) : this.#current
  }

  /** The code has changed. Requests that arrive from now on want what follows. */
  outdate(): void {
    this.#changedAt ??= performance.now()
  }

  /** Requests wait from now on: the code seems to have changed. */
  hold(): void {
    this.outdate()
    this.#current = { kind: 'building', build: this.#current.build }
  }

  /** The code has not changed after all. */
  release(): void {
    this.#changedAt = undefined
  }

  /** A build of the current code begins. @param overtakes - whether it supersedes one that was running */
  begin(build: string, overtakes: boolean): void {
    if (overtakes) this.#waiting.overtake()
    this.#changedAt = undefined
    this.#current = { kind: 'building', build }
  }

  /** A build has ended. */
  settle(state: Settled): void {
    this.#last = state
    if (this.#changedAt === undefined) this.#current = state
    this.#waiting.answer(state, this.#changedAt)
  }
}
