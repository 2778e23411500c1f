import { hashToken, newToken } from './token.ts'

/** A one-time token at rest. */
export interface StoredToken {
  readonly hash: string
  readonly purpose: string
  readonly userId: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

export interface OneTimeTokenStore {
  insert(token: StoredToken): Promise<void>
  /** Removes the token and returns it, in one step: of two who come with the same token one gets it. */
  take(purpose: string, hash: string): Promise<StoredToken | undefined>
  removeUser(purpose: string, userId: string): Promise<void>
}

export interface OneTimeTokenOptions {
  store: OneTimeTokenStore
  /** What the tokens are for; a token of one purpose is none of another: `password-reset`, `remember-me`. */
  purpose: string
  /** Milliseconds. Default one hour. */
  lifetimeMs?: number
  /** Whether a new token of a user ends the earlier ones. Default true; false for one token on each device. */
  replace?: boolean
  now?: () => number
}

/** Tokens for one use: a link to reset a password, a confirmation of an address, a login that is remembered. */
export class OneTimeTokens {
  readonly #options: Required<OneTimeTokenOptions>

  constructor(options: OneTimeTokenOptions) {
    this.#options = { lifetimeMs: 60 * 60 * 1000, replace: true, now: Date.now, ...options }
  }

  /** A new token for a user. Only its hash is stored. */
  async issue(userId: string | number): Promise<string> {
    const { store, purpose, lifetimeMs, replace, now } = this.#options
    if (replace) await store.removeUser(purpose, String(userId))
    const { token, hash } = newToken(purpose)
    await store.insert({ hash, purpose, userId: String(userId), expiresAt: now() + lifetimeMs })
    return token
  }

  /** The user's id, once; undefined for a token that is unknown, used, expired or of another purpose. */
  async consume(token: string): Promise<string | undefined> {
    const { store, purpose, now } = this.#options
    if (token.length > 256) return undefined
    const found = await store.take(purpose, hashToken(token))
    return found !== undefined && found.expiresAt > now() ? found.userId : undefined
  }

  /** Ends every token of a user: after a change of password, or to log out everywhere. */
  revoke(userId: string | number): Promise<void> {
    return this.#options.store.removeUser(this.#options.purpose, String(userId))
  }
}

/** Keeps one-time tokens in this process alone: for tests. */
export class MemoryTokenStore implements OneTimeTokenStore {
  readonly #tokens = new Map<string, StoredToken>()

  insert(token: StoredToken): Promise<void> {
    this.#tokens.set(`${token.purpose} ${token.hash}`, token)
    return Promise.resolve()
  }

  take(purpose: string, hash: string): Promise<StoredToken | undefined> {
    const found = this.#tokens.get(`${purpose} ${hash}`)
    this.#tokens.delete(`${purpose} ${hash}`)
    return Promise.resolve(found)
  }

  removeUser(purpose: string, userId: string): Promise<void> {
    for (const [key, token] of this.#tokens) {
      if (token.purpose === purpose && token.userId === userId) this.#tokens.delete(key)
    }
    return Promise.resolve()
  }
}
