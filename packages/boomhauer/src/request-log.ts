import type { RequestFact } from './messages.ts'

export interface LoggedRequest extends RequestFact {
  /** Milliseconds since 1970. */
  at: number
}

const KEPT = 100

/** The latest requests, newest first. */
export class RequestLog {
  #requests: LoggedRequest[] = []

  add(request: RequestFact, at: number = Date.now()): void {
    this.#requests.unshift({ at, ...request })
    if (this.#requests.length > KEPT) this.#requests.pop()
  }

  get all(): readonly LoggedRequest[] {
    return this.#requests
  }
}
