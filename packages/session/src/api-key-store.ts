/** An API key at rest. */
export interface StoredApiKey {
  /** The beginning of the key, which is no secret: it finds the key and names it for people. */
  readonly prefix: string
  /** SHA-256 of the whole key. */
  readonly hash: string
  readonly userId: string
  /** What its owner calls it. */
  readonly name: string
  readonly scopes: readonly string[]
  /** Milliseconds since 1970. */
  readonly createdAt: number
  /** Milliseconds since 1970; undefined for a key that does not expire. */
  readonly expiresAt: number | undefined
}

export interface ApiKeyStore {
  /** Rejects where the prefix is taken. */
  insert(key: StoredApiKey): Promise<void>
  find(prefix: string): Promise<StoredApiKey | undefined>
  /** The keys of a user, the newest first. */
  list(userId: string | number): Promise<StoredApiKey[]>
  /** Removes a key of this user's. @returns whether there was one. */
  remove(userId: string | number, prefix: string): Promise<boolean>
  /** @returns how many there were. */
  removeUser(userId: string | number): Promise<number>
  /** Removes expired keys. @returns how many there were. */
  removeExpired(): Promise<number>
}

/** Keeps API keys in this process alone: for tests. */
export class MemoryApiKeyStore implements ApiKeyStore {
  readonly #keys = new Map<string, StoredApiKey>()
  readonly #now: () => number

  constructor(options: { now?: () => number } = {}) {
    this.#now = options.now ?? Date.now
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
