import type { Logger } from '@arlen/core'

/** Configuration warnings, which are the same for every request: each is logged once. */
export class Warnings {
  readonly #given = new Set<string>()

  has(message: string): boolean {
    return this.#given.has(message)
  }

  once(log: Logger, message: string): void {
    if (this.#given.has(message)) return
    this.#given.add(message)
    log.warn(message)
  }
}
