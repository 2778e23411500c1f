import { option, readOptions } from '@arlen/core/options'
/** An API key at rest. */
export interface StoredApiKey {
  /** The public beginning of the key: identifies it in the store and to people. */
  readonly prefix: string
  /** SHA-256 of the whole key. */
  readonly hash: string
  readonly userId: string
  /** A label that its owner chose. */
  readonly name: string
  readonly scopes: readonly string[]
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Milliseconds since 1970; undefined for a key that does not expire. */
  readonly expiresAt: number | undefined
}

/** Where API keys are kept, as hashes. */
export interface ApiKeyStore {
  /** Rejects if the prefix already exists. */
  insert(key: StoredApiKey): Promise<void>
  find(prefix: string): Promise<StoredApiKey | undefined>
  /** The user's keys, newest first. */
  list(userId: string | number): Promise<StoredApiKey[]>
  /** Removes one of the user's keys. @returns whether it existed. */
  remove(userId: string | number, prefix: string): Promise<boolean>
  /** Removes all keys of a user. @returns how many were removed. */
  removeUser(userId: string | number): Promise<number>
  /** Removes expired keys. @returns how many were removed. */
  removeExpired(): Promise<number>
}

/** Keeps API keys in memory. For tests. */
export class MemoryApiKeyStore implements ApiKeyStore {
  readonly #keys = new Map<string, StoredApiKey>()
  readonly #now: () => number

  constructor(options: { now?: () => number } = {}) {
    const { now = () => Date.now() } = readOptions('createMemoryApiKeyStore()', options, { now: option.func })
    this.#now = now
  }

  async insert(key: StoredApiKey): Promise<void> {
    if (this.#keys.has(key.prefix)) throw new Error('an API key with this prefix is stored already')
    this.#keys.set(key.prefix, key)
  }

  async find(prefix: string): Promise<StoredApiKey | undefined> {
    return this.#keys.get(prefix)
  }

  async list(userId: string | number): Promise<StoredApiKey[]> {
    const own = [...this.#keys.values()].filter(key => key.userId === String(userId))
    return own.sort((a, b) => b.createdAt - a.createdAt)
  }

  async remove(userId: string | number, prefix: string): Promise<boolean> {
    return this.#keys.get(prefix)?.userId === String(userId) && this.#keys.delete(prefix)
  }

  async removeUser(userId: string | number): Promise<number> {
    return this.#removeWhere(key => key.userId === String(userId))
  }

  async removeExpired(): Promise<number> {
    return this.#removeWhere(key => key.expiresAt !== undefined && key.expiresAt <= this.#now())
  }

  #removeWhere(condition: (key: StoredApiKey) => boolean): number {
    const found = [...this.#keys.values()].filter(condition)
    for (const { prefix } of found) this.#keys.delete(prefix)
    return found.length
  }
}

/** Makes a {@link MemoryApiKeyStore}. @throws ArlenError `option_unknown`, `option_invalid`. */
export function createMemoryApiKeyStore(options: { now?: () => number } = {}): MemoryApiKeyStore {
  return new MemoryApiKeyStore(options)
}
