import type { SessionUser } from './session.ts'

/** A session as a store keeps it. Its id is not in it: stores know sessions by a hash of the id alone. */
export interface StoredSession {
  /** Seconds since 1970, as all times here. */
  readonly createdAt: number
  readonly seenAt: number
  readonly user: SessionUser | undefined
  readonly data: Record<string, unknown>
}

/** What one request changed in a session that was already stored: other keys may have changed meanwhile, and stay. */
export interface SessionPatch {
  readonly set: Record<string, unknown>
  readonly removed: readonly string[]
  readonly seenAt: number
}

/** Keeps sessions on the server. Keys are SHA-256 digests of session ids, as base64url. */
export interface SessionStore {
  load(key: string): Promise<StoredSession | undefined>
  create(key: string, session: StoredSession, expiresAt: number): Promise<void>
  /** @returns false where there is no such session any more; it must not come back. */
  update(key: string, patch: SessionPatch): Promise<boolean>
  remove(key: string): Promise<void>
  /** Ends every session of a user: log out everywhere. @returns how many there were. */
  removeUser(userId: string | number): Promise<number>
}

/** Keeps sessions in this process alone, for tests and single-process tools. The oldest go when there are too many. */
export class MemorySessionStore implements SessionStore {
  readonly #sessions = new Map<string, { text: string; expiresAt: number }>()
  readonly #max: number
  readonly #now: () => number

  constructor(options: { max?: number; now?: () => number } = {}) {
    this.#max = options.max ?? 10_000
    this.#now = options.now ?? Date.now
  }

  load(key: string): Promise<StoredSession | undefined> {
    return Promise.resolve(this.#read(key))
  }

  create(key: string, session: StoredSession, expiresAt: number): Promise<void> {
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size < this.#max) break
      this.#sessions.delete(oldest)
    }
    this.#sessions.set(key, { text: JSON.stringify(session), expiresAt })
    return Promise.resolve()
  }

  update(key: string, patch: SessionPatch): Promise<boolean> {
    const session = this.#read(key)
    if (!session) return Promise.resolve(false)
    const data = { ...session.data, ...patch.set }
    for (const name of patch.removed) delete data[name]
    this.#sessions.get(key)!.text = JSON.stringify({ ...session, data, seenAt: patch.seenAt })
    return Promise.resolve(true)
  }

  remove(key: string): Promise<void> {
    this.#sessions.delete(key)
    return Promise.resolve()
  }

  removeUser(userId: string | number): Promise<number> {
    const keys = [...this.#sessions.keys()].filter(key => this.#read(key)?.user?.id === userId)
    for (const key of keys) this.#sessions.delete(key)
    return Promise.resolve(keys.length)
  }

  #read(key: string): StoredSession | undefined {
    const entry = this.#sessions.get(key)
    if (!entry || entry.expiresAt * 1000 <= this.#now()) return undefined
    return JSON.parse(entry.text) as StoredSession
  }
}
