import { findCookie } from '@arlen/http'
import { forgetCookie, sealCookie } from './sealed-session.ts'
import type { SessionLink } from './session.ts'
import type { SessionSettings } from './session-settings.ts'

const LIFETIME = 600

/**
 * Messages for the next page, in a cookie of their own. They disappear once read, and reading them does not write the
 * session, which a parallel request may be writing.
 */
export class Flash {
  readonly #settings: SessionSettings
  readonly #link: SessionLink
  readonly #cookies: string | undefined
  #incoming: Record<string, unknown> | undefined
  #outgoing: Record<string, unknown> | undefined
  #consumed = false

  constructor(settings: SessionSettings, link: SessionLink, cookies: string | undefined) {
    this.#settings = settings
    this.#link = link
    this.#cookies = cookies
  }

  /** A message from the previous page, or one that was just set. Reading one removes all of them with this response. */
  get(key: string): unknown {
    this.#incoming ??= this.#open()
    const from = this.#outgoing !== undefined && Object.hasOwn(this.#outgoing, key) ? this.#outgoing : this.#incoming
    return Object.hasOwn(from, key) ? from[key] : undefined
  }

  set(key: string, value: unknown): void {
    if (!this.#link.mayChange()) return
    this.#outgoing ??= {}
    this.#outgoing[key] = value
  }

  /** The `Set-Cookie` value to send, if any. */
  pending(): string | undefined {
    const { flash } = this.#settings
    if (this.#outgoing !== undefined) {
      const text = JSON.stringify({ t: this.#link.now(), d: this.#outgoing })
      return sealCookie(flash, text, LIFETIME, this.#outgoing)
    }
    return this.#consumed ? forgetCookie(flash) : undefined
  }

  #open(): Record<string, unknown> {
    const value = findCookie(this.#cookies, this.#settings.flash.name)
    const text = value === undefined ? undefined : this.#settings.flash.codec.open(value)
    if (text === undefined) return {}
    const { t, d } = JSON.parse(text) as { t: number; d: Record<string, unknown> }
    this.#consumed = true
    return this.#link.now() >= t + LIFETIME ? {} : d
  }
}
