import type { SecurityScheme } from '@arlen/core'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import type { Context } from '@arlen/http'
import { sessionError } from '../errors.ts'
import {
  type AuthScheme,
  type Credentials,
  type CredentialsProblem,
  checkedRealm,
  type Maybe,
} from '../login/auth-scheme.ts'
import { readAuthorization } from '../login/authorization.ts'
import { randomToken } from '../secrets/random.ts'
import { safeEqual } from '../secrets/safe-equal.ts'
import type { ApiKeyStore, StoredApiKey } from '../stores/api-key-store.ts'
import { UNKNOWN } from './bearer.ts'
import { hashToken } from './token.ts'

/** Options of API keys. */
export interface ApiKeysOptions<User> {
  store: ApiKeyStore
  /** The beginning of every key, so that people and secret scanners can recognize one: `shop_live`. */
  prefix: string
  /** The owner of a key, or undefined if the account is gone or suspended. */
  findUser: (userId: string, c: Context) => Maybe<User>
  /** A header that may carry the key besides `Authorization`, or false for none. Default `x-api-key`. */
  header?: string | false
  /** Names the protected space in challenges. Default `api`. */
  realm?: string
  now?: () => number
}

const OPTIONS: OptionTable<ApiKeysOptions<never>> = {
  store: option.required(option.object),
  prefix: option.required(option.string),
  findUser: option.required(option.func),
  header: option.either(option.string, option.oneOf(false)),
  realm: option.string,
  now: option.func,
}

const ISSUE_OPTIONS: OptionTable<IssueApiKeyOptions> = {
  name: option.required(option.string),
  scopes: option.listOf(option.string),
  lifetimeMs: option.number(),
}

/** What a new API key is for. */
export interface IssueApiKeyOptions {
  /** A label that its owner chose. */
  name: string
  /** The scopes that `requireScope()` checks. Default none. */
  scopes?: readonly string[]
  /** Milliseconds until it expires. Default: never. */
  lifetimeMs?: number
}

/** A new key. Show `key` once: it cannot be recovered. `prefix` identifies it from then on. */
export interface IssuedApiKey {
  readonly key: string
  readonly prefix: string
}

const NAME_BYTES = 12
const NAME_LENGTH = 16
const SECRET_BYTES = 32
const SECRET_LENGTH = 43

/**
 * API keys: the prefix and 59 characters; the first 16 identify the key, and the other 43 are 256 random bits.
 * Only the SHA-256 of a key is stored, and it is compared in constant time.
 *
 * Use the result in `schemes` of `createAuthentication()`. Clients send a key in `Authorization: ApiKey …`, as a bearer token,
 * or in `x-api-key`.
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

  constructor(given: ApiKeysOptions<User>) {
    const options = readOptions('apiKeys()', given, OPTIONS as OptionTable<ApiKeysOptions<User>>)
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

  /** Creates a key for a user. */
  async issue(userId: string | number, options: IssueApiKeyOptions): Promise<IssuedApiKey> {
    const { name, scopes = [], lifetimeMs } = readOptions('issue()', options, ISSUE_OPTIONS)
    const createdAt = (this.#options.now ?? Date.now)()
    const prefix = this.#start + randomToken(NAME_BYTES)
    const key = prefix + randomToken(SECRET_BYTES)
    const expiresAt = lifetimeMs === undefined ? undefined : createdAt + lifetimeMs
    const hash = hashToken(key)
    await this.#options.store.insert({ prefix, hash, userId: String(userId), name, scopes, createdAt, expiresAt })
    return { key, prefix }
  }

  /** The user's keys, newest first, to show to that user. */
  async list(userId: string | number): Promise<Omit<StoredApiKey, 'hash'>[]> {
    const keys = await this.#options.store.list(userId)
    return keys.map(({ hash: _, ...shown }) => shown)
  }

  /** Revokes one of the user's keys. @returns whether it existed. */
  revoke(userId: string | number, prefix: string): Promise<boolean> {
    return this.#options.store.remove(userId, prefix)
  }

  /** Revokes all of the user's keys. @returns how many there were. */
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
    // Claim only bearer tokens in our format: the others may belong to another scheme.
    if (authorization?.scheme === 'bearer' && this.#looksRight(authorization.credentials)) {
      return authorization.credentials
    }
    return this.#header === undefined ? undefined : c.req.header(this.#header)
  }

  async #verify(key: string, c: Context): Promise<Credentials<User> | CredentialsProblem> {
    const { store, findUser, now = () => Date.now() } = this.#options
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
