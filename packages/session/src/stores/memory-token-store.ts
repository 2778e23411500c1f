import { option, readOptions } from '@arlen/core/options'
import type { OneTimeTokenStore, StoredToken, TakenToken } from '../token/one-time-token.ts'

/** Keeps one-time tokens in memory. For tests. */
export class MemoryTokenStore implements OneTimeTokenStore {
  readonly #tokens = new Map<string, TakenToken>()
  readonly #now: () => number

  constructor(options: { now?: () => number } = {}) {
    const { now = () => Date.now() } = readOptions('createMemoryTokenStore()', options, { now: option.func })
    this.#now = now
  }

  async insert(token: StoredToken, successorOf?: string): Promise<boolean> {
    const { purpose } = token
    if (successorOf !== undefined && !this.#tokens.has(keyOf(purpose, successorOf))) return false
    const key = keyOf(purpose, token.hash)
    if (this.#tokens.has(key)) throw new Error('a token with this hash is stored already')
    this.#tokens.set(key, { ...token, spentAt: undefined })
    return true
  }

  async take(purpose: string, hash: string): Promise<TakenToken | undefined> {
    const key = keyOf(purpose, hash)
    const found = this.#tokens.get(key)
    if (found !== undefined && found.spentAt === undefined) this.#tokens.set(key, { ...found, spentAt: this.#now() })
    return found
  }

  async removeFamily(purpose: string, family: string): Promise<void> {
    this.#removeWhere(token => token.purpose === purpose && token.family === family)
  }

  async removeUser(purpose: string, userId: string | number): Promise<void> {
    this.#removeWhere(token => token.purpose === purpose && token.userId === String(userId))
  }

  async removeExpired(): Promise<number> {
    return this.#removeWhere(token => token.expiresAt <= this.#now())
  }

  #removeWhere(condition: (token: TakenToken) => boolean): number {
    const keys = [...this.#tokens].filter(([, token]) => condition(token)).map(([key]) => key)
    for (const key of keys) this.#tokens.delete(key)
    return keys.length
  }
}

/** Makes a {@link MemoryTokenStore}. @throws ArlenError `option_unknown`, `option_invalid`. */
export function createMemoryTokenStore(options: { now?: () => number } = {}): MemoryTokenStore {
  return new MemoryTokenStore(options)
}

function keyOf(purpose: string, hash: string): string {
  return JSON.stringify([purpose, hash])
}
