import type { RequestRecord } from '../child/protocol.ts'

export interface LoggedRequest extends RequestRecord {
  /** Its number, from 1, since the development server was started. */
  id: number
  /** Milliseconds since 1970. */
  at: number
}

const KEPT = 100

/** The latest requests, newest first. */
export class RequestLog {
  #requests: LoggedRequest[] = []
  #count = 0

  add(request: RequestRecord, at: number = Date.now()): void {
    this.#requests.unshift({ id: ++this.#count, at, ...request })
    if (this.#requests.length > KEPT) this.#requests.pop()
  }

  get all(): readonly LoggedRequest[] {
    return this.#requests
  }

  /** Undefined if there is none, or it was too long ago. */
  find(id: number): LoggedRequest | undefined {
    return this.#requests.find(request => request.id === id)
  }
}
