import type { RequestRecord } from '../child/protocol.ts'

export interface LoggedRequest extends RequestRecord {
  /** Milliseconds since 1970. */
  at: number
}

const KEPT = 100

/** The latest requests, newest first. */
export class RequestLog {
  #requests: LoggedRequest[] = []

  add(request: RequestRecord, at: number = Date.now()): void {
    this.#requests.unshift({ at, ...request })
    if (this.#requests.length > KEPT) this.#requests.pop()
  }

  get all(): readonly LoggedRequest[] {
    return this.#requests
  }
}
