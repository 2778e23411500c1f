import { option, readOptions } from '@arlen/core/options'
import type { SessionPatch, SessionStore, StoredSession } from './session-store.ts'

interface Entry {
  text: string
  readonly userId: string | undefined
  /** Seconds since 1970. */
  readonly expiresAt: number
}

/** Keeps sessions in memory, for tests and single-process tools. When full, the oldest are dropped. */
export class MemorySessionStore implements SessionStore {
  readonly #entries = new Map<string, Entry>()
  readonly #max: number
  readonly #now: () => number

  constructor(options: { max?: number; now?: () => number } = {}) {
    const table = { max: option.integer(1), now: option.func }
    const { max = 10_000, now = () => Date.now() } = readOptions('createMemorySessionStore()', options, table)
    this.#max = max
    this.#now = now
  }

  async load(key: string): Promise<StoredSession | undefined> {
    const entry = this.#live(key)
    return entry && (JSON.parse(entry.text) as StoredSession)
  }

  async create(key: string, session: StoredSession, expiresAt: number): Promise<void> {
    if (this.#entries.has(key)) throw new Error('a session with this key is stored already')
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.#max) break
      this.#entries.delete(oldest)
    }
    const userId = session.user === undefined ? undefined : String(session.user.id)
    this.#entries.set(key, { text: JSON.stringify(session), userId, expiresAt })
  }

  async update(key: string, patch: SessionPatch): Promise<boolean> {
    const entry = this.#live(key)
    if (entry === undefined) return false
    const session = JSON.parse(entry.text) as StoredSession
    const kept = Object.entries(session.data).filter(([name]) => !patch.removed.includes(name))
    const data = { ...Object.fromEntries(kept), ...patch.set }
    entry.text = JSON.stringify({ ...session, data, seenAt: Math.max(session.seenAt, patch.seenAt) })
    return true
  }

  async remove(key: string): Promise<void> {
    this.#entries.delete(key)
  }

  async removeUser(userId: string | number): Promise<number> {
    const keys = [...this.#entries].filter(([, entry]) => entry.userId === String(userId)).map(([key]) => key)
    const live = keys.filter(key => this.#live(key) !== undefined)
    for (const key of keys) this.#entries.delete(key)
    return live.length
  }

  async removeExpired(): Promise<number> {
    const keys = [...this.#entries.keys()].filter(key => this.#live(key) === undefined)
    for (const key of keys) this.#entries.delete(key)
    return keys.length
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    return entry !== undefined && entry.expiresAt * 1000 > this.#now() ? entry : undefined
  }
}

/** Makes a {@link MemorySessionStore}. @throws ArlenError `option_unknown`, `option_invalid`. */
export function createMemorySessionStore(options: { max?: number; now?: () => number } = {}): MemorySessionStore {
  return new MemorySessionStore(options)
}
