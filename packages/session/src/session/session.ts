import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { sessionError } from '../errors.ts'
import { randomToken } from '../secrets/random.ts'

/** The session keys of an application and their types. Extend it by `declare module '@arlen/session'`. */
// biome-ignore lint/suspicious/noEmptyInterface: applications fill it by declaration merging
export interface SessionData {}

/** The logged-in user, as recorded in the session. */
export interface SessionUser {
  readonly id: string | number
  /** The user's session epoch at login. The session ends when the user's epoch differs. */
  readonly epoch: string | number
  /** Login time in seconds since 1970; 0 for a remembered login. */
  readonly at: number
}

/** A session's whole content, as sealed in the cookie or kept in a store. JSON. */
export interface SessionRecord {
  readonly id: string
  /** Seconds since 1970. */
  readonly createdAt: number
  readonly user: SessionUser | undefined
  readonly data: Record<string, unknown>
  /** The same until `data` is first read, parsed for several requests: hand out nothing but its primitive values. */
  readonly peeked?: Readonly<Record<string, unknown>> | undefined
}

/** Options of `session.login()`. */
export interface LoginOptions {
  /** Session keys to keep, such as `cart`. Default none. */
  keep?: readonly string[]
  /** The user's session epoch (see `createAuthentication()`). Default 0. */
  epoch?: string | number
  /** Set for a remembered login, which does not count as recent. */
  remembered?: boolean
}

const LOGIN_OPTIONS: OptionTable<LoginOptions> = {
  keep: option.listOf(option.string),
  epoch: option.either(option.string, option.number()),
  remembered: option.boolean,
}

export interface SessionLink {
  /** Seconds since 1970. */
  now: () => number
  /** Called before each change. Throws if changes can no longer reach the browser; false drops the change. */
  mayChange: () => boolean
}

/**
 * A request's session. Values are JSON. It is written only if something changed, including changes inside an object
 * returned by `get`.
 */
export class Session {
  readonly #link: SessionLink
  #loaded: SessionRecord | undefined
  #record: SessionRecord | undefined
  /** The data as JSON, recorded when `get` first returns a mutable object. */
  #baseline: string | undefined
  #changed = false

  constructor(link: SessionLink, loaded?: SessionRecord) {
    this.#link = link
    this.#loaded = loaded
    this.#record = loaded
  }

  /** The session id: 128 random bits, new after `login`, `logout`, `regenerate` and `destroy`. */
  get id(): string {
    return this.#open().id
  }

  /** Whether the browser sent no session, or one that is expired or not authentic. */
  get isNew(): boolean {
    return this.#loaded === undefined
  }

  /** Creation time in milliseconds since 1970. */
  get createdAt(): number {
    return this.#open().createdAt * 1000
  }

  /** The logged-in user according to the session alone. Guards also check that the login is still valid. */
  get user(): SessionUser | undefined {
    return this.#record?.user
  }

  get<K extends keyof SessionData & string>(key: K): SessionData[K] | undefined
  get<T = unknown>(key: string): T | undefined
  get(key: string): unknown {
    const record = this.#record
    if (record === undefined || !this.has(key)) return undefined
    const peeked = record.peeked?.[key]
    if (peeked !== undefined && (typeof peeked !== 'object' || peeked === null)) return peeked
    const value = record.data[key]
    if (typeof value === 'object' && value !== null) this.#baseline ??= JSON.stringify(record.data)
    return value
  }

  has(key: string): boolean {
    const record = this.#record
    return record !== undefined && Object.hasOwn(record.peeked ?? record.data, key)
  }

  /** Copies of all entries, for display. */
  entries(): [key: string, value: unknown][] {
    return Object.entries(structuredClone(this.#record?.data ?? {}))
  }

  /** `undefined` deletes the key. */
  set<K extends keyof SessionData & string>(key: K, value: SessionData[K]): void
  set(key: string, value: unknown): void
  set(key: string, value: unknown): void {
    if (key === '' || key === '__proto__') throw sessionError('session_key_invalid', { key: JSON.stringify(key) })
    if (value === undefined) {
      this.delete(key)
      return
    }
    if (!this.#link.mayChange()) return
    this.#open().data[key] = value
    this.#changed = true
  }

  delete(key: string): void {
    if (!this.has(key) || !this.#link.mayChange()) return
    delete this.#record!.data[key]
    this.#changed = true
  }

  /**
   * Gives the session a new id and keeps its contents. Call it when privileges change. CSRF tokens of the old id become
   * void.
   */
  regenerate(): void {
    if (!this.#link.mayChange()) return
    const { createdAt, user, data } = this.#open()
    this.#record = { id: randomToken(16), createdAt, user, data }
    this.#changed = true
  }

  /** Discards the session. Values set afterwards start a new one. */
  destroy(): void {
    if (!this.#link.mayChange()) return
    this.#record = undefined
    this.#baseline = undefined
    this.#changed = true
  }

  /** Continues as if the browser had sent no session, without touching its cookie. */
  discard(): void {
    this.#loaded = undefined
    this.#record = undefined
    this.#baseline = undefined
    this.#changed = false
  }

  /** Starts a user's session: a new id, and only the contents that `keep` names (against session fixation). */
  login(userId: string | number, options: LoginOptions = {}): void {
    const { keep = [], epoch = 0, remembered = false } = readOptions('session.login()', options, LOGIN_OPTIONS)
    if (!this.#link.mayChange()) return
    const before = this.#record?.data ?? {}
    const kept = keep.filter(key => Object.hasOwn(before, key)).map(key => [key, before[key]])
    const now = this.#link.now()
    this.#record = {
      id: randomToken(16),
      createdAt: now,
      user: { id: userId, epoch, at: remembered ? 0 : now },
      data: Object.fromEntries(kept),
    }
    this.#changed = true
  }

  /** Ends the login and the session. Same as `destroy`. */
  logout(): void {
    this.destroy()
  }

  /** Persists the session even if it is empty, because something outside it is bound to its id (a CSRF token). */
  persist(): string {
    if (this.isNew && !this.#changed && this.#link.mayChange()) {
      this.#open()
      this.#changed = true
    }
    return this.id
  }

  /** The changes since the last `settle`, for the session writer. */
  pending(): PendingChange | undefined {
    const record = this.#record
    const dirty = this.#changed || (this.#baseline !== undefined && JSON.stringify(record?.data) !== this.#baseline)
    if (!dirty) return undefined
    const previousId = this.#loaded?.id
    return {
      record,
      replaced: previousId !== undefined && previousId !== record?.id ? this.#loaded : undefined,
      isNew: previousId === undefined || previousId !== record?.id,
    }
  }

  /** Marks all changes as written. */
  settle(): void {
    this.#loaded = this.#record
    this.#changed = false
    this.#baseline = this.#baseline === undefined ? undefined : JSON.stringify(this.#record?.data)
  }

  #open(): SessionRecord {
    this.#record ??= { id: randomToken(16), createdAt: this.#link.now(), user: undefined, data: {} }
    return this.#record
  }
}

export interface PendingChange {
  /** The session to save; undefined to delete it. */
  record: SessionRecord | undefined
  /**
   * The session that the browser's current cookie stands for. It becomes void, in stores and for copies of the cookie.
   */
  replaced: SessionRecord | undefined
  /** Whether the record is new to the store. */
  isNew: boolean
}
