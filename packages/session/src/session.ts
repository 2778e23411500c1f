import { sessionError } from './errors.ts'
import { randomToken } from './random.ts'

/** The keys of an application's sessions and their types; add to it by `declare module '@arlen/session'`. */
// biome-ignore lint/suspicious/noEmptyInterface: applications fill it by declaration merging
export interface SessionData {}

/** Who is logged in, as the session remembers it. */
export interface SessionUser {
  readonly id: string | number
  /** The user's session epoch at login; where it is no longer the user's, the session is over. */
  readonly epoch: string | number
  /** When the login was, in seconds since 1970; 0 for one that was remembered. */
  readonly at: number
}

/** Everything a session is made of; what is sealed into the cookie or kept in a store. JSON. */
export interface SessionRecord {
  readonly id: string
  /** Seconds since 1970. */
  readonly createdAt: number
  readonly user: SessionUser | undefined
  readonly data: Record<string, unknown>
}

export interface LoginOptions {
  /** Keys of the session before the login that stay, such as `cart`. Default: none. */
  keep?: readonly string[]
  /** The user's session epoch (see `Authentication`). Default 0. */
  epoch?: string | number
  /** Whether no password was given now: the login does not count as recent. */
  remembered?: boolean
}

export interface SessionLink {
  /** Seconds since 1970. */
  now: () => number
  /** Called before each change; throws where it can no longer reach the browser. False drops the change. */
  mayChange: () => boolean
}

/**
 * The session of one request. Values are JSON. Nothing is written unless something changed, and that includes changes
 * inside an object that `get` returned.
 */
export class Session {
  readonly #link: SessionLink
  #loaded: SessionRecord | undefined
  #record: SessionRecord | undefined
  /** JSON of the data as it came, made when `get` first hands out an object that could be changed from outside. */
  #baseline: string | undefined
  #changed = false

  constructor(link: SessionLink, loaded?: SessionRecord) {
    this.#link = link
    this.#loaded = loaded
    this.#record = loaded
  }

  /** The id: 128 random bits, new after each login, logout, `regenerate` and `destroy`. */
  get id(): string {
    return this.#open().id
  }

  /** Whether the browser came without a session, or with one that is expired or not ours. */
  get isNew(): boolean {
    return this.#loaded === undefined
  }

  /** When the session began, in milliseconds since 1970. */
  get createdAt(): number {
    return this.#open().createdAt * 1000
  }

  /** Who is logged in. The session alone says so here: a guard also asks whether the login still counts. */
  get user(): SessionUser | undefined {
    return this.#record?.user
  }

  get<K extends keyof SessionData & string>(key: K): SessionData[K] | undefined
  get<T = unknown>(key: string): T | undefined
  get(key: string): unknown {
    const record = this.#record
    if (record === undefined || !Object.hasOwn(record.data, key)) return undefined
    const value = record.data[key]
    if (typeof value === 'object' && value !== null) this.#baseline ??= JSON.stringify(record.data)
    return value
  }

  has(key: string): boolean {
    return this.#record !== undefined && Object.hasOwn(this.#record.data, key)
  }

  /** Copies of everything in it, for those who show sessions to people. */
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

  /** A new id for the same contents: after each change of rights. CSRF tokens of the old id are void. */
  regenerate(): void {
    if (!this.#link.mayChange()) return
    this.#record = { ...this.#open(), id: randomToken(16) }
    this.#changed = true
  }

  /** Forgets everything; what is set afterwards begins a new session. */
  destroy(): void {
    if (!this.#link.mayChange()) return
    this.#record = undefined
    this.#baseline = undefined
    this.#changed = true
  }

  /** Goes on as if the browser had come without a session, and leaves its cookie as it is. */
  discard(): void {
    this.#loaded = undefined
    this.#record = undefined
    this.#baseline = undefined
    this.#changed = false
  }

  /** Begins the session of a user: a new id, and of the old contents only what `keep` names (session fixation). */
  login(userId: string | number, options: LoginOptions = {}): void {
    if (!this.#link.mayChange()) return
    const before = this.#record?.data ?? {}
    const kept = (options.keep ?? []).filter(key => Object.hasOwn(before, key)).map(key => [key, before[key]])
    const now = this.#link.now()
    this.#record = {
      id: randomToken(16),
      createdAt: now,
      user: { id: userId, epoch: options.epoch ?? 0, at: options.remembered ? 0 : now },
      data: Object.fromEntries(kept),
    }
    this.#changed = true
  }

  /** Ends the login and everything with it: the same as `destroy`. */
  logout(): void {
    this.destroy()
  }

  /** Keeps a session that is still empty, because something outside it is bound to its id (a CSRF token). */
  persist(): string {
    if (this.isNew && !this.#changed && this.#link.mayChange()) {
      this.#open()
      this.#changed = true
    }
    return this.id
  }

  /** What has to happen for the changes since the last `settle`, for those who write sessions. */
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

  /** The changes so far are written. */
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
  /** What is to be kept; undefined where the session is to be forgotten. */
  record: SessionRecord | undefined
  /** What the browser's cookie stands for until it gets the next one: void from now on, in stores and in copies. */
  replaced: SessionRecord | undefined
  /** Whether a store does not have the record's id yet. */
  isNew: boolean
}
