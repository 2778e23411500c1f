import type { SecurityScheme } from '@arlen/core'
import type { Context } from '@arlen/http'
import type { ApiKeyStore, StoredApiKey } from './api-key-store.ts'
import { type AuthScheme, type Credentials, type CredentialsProblem, checkedRealm, type Maybe } from './auth-scheme.ts'
import { readAuthorization } from './authorization.ts'
import { UNKNOWN } from './bearer.ts'
import { sessionError } from './errors.ts'
import { randomToken } from './random.ts'
import { safeEqual } from './safe-equal.ts'
import { hashToken } from './token.ts'

export interface ApiKeysOptions<User> {
  store: ApiKeyStore
  /** What every key begins with, so that people and scanners of leaked secrets know it: `shop_live`. */
  prefix: string
  /** The user of a key; undefined where the account is gone or suspended. */
  findUser: (userId: string, c: Context) => Maybe<User>
  /** The field that may hold a key besides `Authorization`; false for none. Default `x-api-key`. */
  header?: string | false
  /** Names the protected space in challenges. Default `api`. */
  realm?: string
  now?: () => number
}

export interface IssueApiKeyOptions {
  /** What its owner calls it. */
  name: string
  /** What it may be used for, as `requireScope()` asks. Default: nothing that asks for a scope. */
  scopes?: readonly string[]
  /** Milliseconds until it expires. Default: never. */
  lifetimeMs?: number
}

/** A new key. `key` is shown once and cannot be had again; `prefix` names it from then on. */
export interface IssuedApiKey {
  readonly key: string
  readonly prefix: string
}

const NAME_BYTES = 12
const NAME_LENGTH = 16
const SECRET_BYTES = 32
const SECRET_LENGTH = 43

/**
 * API keys: `shop_live_` and 59 characters, of which the first 16 find the key in the store and the others are 256 random
 * bits. Only a SHA-256 of the key is stored, and compared in constant time. For `schemes` of `Authentication`: a key
 * comes in `Authorization: ApiKey …`, as a bearer token, or in the field `x-api-key`.
 *
 * @throws ArlenError `api_key_options_invalid`, `realm_invalid`.
 */
export function apiKeys<User>(options: ApiKeysOptions<User>): ApiKeys<User> {
  return new ApiKeys(options)
}

/** See {@link apiKeys}. */
export class ApiKeys<User> implements AuthScheme<User> {
  readonly name = 'ApiKey'
  readonly realm: string
  readonly openApi: SecurityScheme
  readonly #options: ApiKeysOptions<User>
  readonly #start: string
  readonly #header: string | undefined

  constructor(options: ApiKeysOptions<User>) {
    const { prefix, header = 'x-api-key', realm } = options
    const refuse = (problem: string) => sessionError('api_key_options_invalid', { problem })
    if (!/^[a-z][a-z0-9_]{0,31}$/i.test(prefix)) throw refuse('prefix must be 1 to 32 letters, digits and underscores')
    if (header !== false && !/^[\w-]{1,64}$/.test(header)) throw refuse('header must be the name of a field')
    this.#options = options
    this.#start = `${prefix}_`
    this.#header = header === false ? undefined : header
    this.realm = checkedRealm(realm)
    this.openApi =
      header === false ? { type: 'http', scheme: 'apikey' } : { type: 'apiKey', in: 'header', name: header }
  }

  /** A new key for a user. */
  async issue(userId: string | number, options: IssueApiKeyOptions): Promise<IssuedApiKey> {
    const { name, scopes = [], lifetimeMs } = options
    const createdAt = (this.#options.now ?? Date.now)()
    const prefix = this.#start + randomToken(NAME_BYTES)
    const key = prefix + randomToken(SECRET_BYTES)
    const expiresAt = lifetimeMs === undefined ? undefined : createdAt + lifetimeMs
    const hash = hashToken(key)
    await this.#options.store.insert({ prefix, hash, userId: String(userId), name, scopes, createdAt, expiresAt })
    return { key, prefix }
  }

  /** The keys of a user, the newest first, to be shown to that user. */
  async list(userId: string | number): Promise<Omit<StoredApiKey, 'hash'>[]> {
    const keys = await this.#options.store.list(userId)
    return keys.map(({ hash: _, ...shown }) => shown)
  }

  /** Ends a key of this user's. @returns whether there was one. */
  revoke(userId: string | number, prefix: string): Promise<boolean> {
    return this.#options.store.remove(userId, prefix)
  }

  /** Ends every key of a user. @returns how many there were. */
  revokeAll(userId: string | number): Promise<number> {
    return this.#options.store.removeUser(userId)
  }

  authenticate(c: Context): Maybe<Credentials<User> | CredentialsProblem> {
    const key = this.#keyOf(c)
    return key === undefined ? undefined : this.#verify(key, c)
  }

  #keyOf(c: Context): string | undefined {
    const authorization = readAuthorization(c)
    if (authorization?.scheme === 'apikey') return authorization.credentials
    // Of bearer tokens only those that look like ours: others may be another scheme's.
    if (authorization?.scheme === 'bearer' && this.#looksRight(authorization.credentials)) {
      return authorization.credentials
    }
    return this.#header === undefined ? undefined : c.req.header(this.#header)
  }

  async #verify(key: string, c: Context): Promise<Credentials<User> | CredentialsProblem> {
    const { store, findUser, now = Date.now } = this.#options
    if (!this.#looksRight(key)) return UNKNOWN
    const stored = await store.find(key.slice(0, -SECRET_LENGTH))
    const isRight = safeEqual(hashToken(key), stored?.hash ?? '')
    if (stored === undefined || !isRight) return UNKNOWN
    if (stored.expiresAt !== undefined && stored.expiresAt <= now()) {
      return { error: 'invalid_token', description: 'The key has expired' }
    }
    const user = await findUser(stored.userId, c)
    return user === undefined ? UNKNOWN : { user, scopes: stored.scopes }
  }

  #looksRight(key: string): boolean {
    const length = this.#start.length + NAME_LENGTH + SECRET_LENGTH
    return key.length === length && key.startsWith(this.#start) && /^[\w-]+$/.test(key)
  }
}
