import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { hashToken, newToken } from './token.ts'

/** A stored one-time token. */
export interface StoredToken {
  readonly hash: string
  readonly purpose: string
  readonly userId: string
  /** The user's session epoch when the token was issued; undefined if none was given. */
  readonly epoch: string | undefined
  /** Shared by a token and all its successors (`renew`). */
  readonly family: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** A token that was presented. */
export interface TakenToken extends StoredToken {
  /** When it was first spent, in milliseconds since 1970; undefined if this is the first time. */
  readonly spentAt: number | undefined
}

/** Where one-time tokens are kept, as hashes. */
export interface OneTimeTokenStore {
  /**
   * @param successorOf - the hash of the token that this one replaces. If that token has been removed, nothing is
   *   stored: a successor must not outlive the revocation of its family.
   * @returns whether the token was stored.
   */
  insert(token: StoredToken, successorOf?: string): Promise<boolean>
  /** Atomically marks the token as spent and returns it. Of two concurrent callers only one is the first. */
  take(purpose: string, hash: string): Promise<TakenToken | undefined>
  removeFamily(purpose: string, family: string): Promise<void>
  removeUser(purpose: string, userId: string | number): Promise<void>
  /** Removes expired tokens. @returns how many were removed. */
  removeExpired(): Promise<number>
}

/** A used token was presented again. */
export interface TokenReuse {
  readonly purpose: string
  readonly userId: string
  /**
   * Milliseconds since its first use. A short time means two tabs opened together; a long one a stolen copy or a lost
   * response.
   */
  readonly sinceMs: number
}

/** Options of {@link OneTimeTokens}. */
export interface OneTimeTokenOptions {
  store: OneTimeTokenStore
  /** What the tokens are for, such as `password-reset` or `remember-me`. A token is valid for its own purpose only. */
  purpose: string
  /** Milliseconds. Default one hour. */
  lifetimeMs?: number
  /** Whether a new token replaces the user's earlier ones. Default true; use false for one token per device. */
  replace?: boolean
  /** Called when a used token is presented again before it expires. */
  onReuse?: (reuse: TokenReuse) => unknown
  now?: () => number
}

const OPTIONS: OptionTable<OneTimeTokenOptions> = {
  store: option.required(option.object),
  purpose: option.required(option.text),
  lifetimeMs: option.number(),
  replace: option.boolean,
  onReuse: option.func,
  now: option.func,
}

const ISSUE_OPTIONS: OptionTable<{ epoch?: string | number }> = { epoch: option.either(option.string, option.number()) }

/** The result of presenting a token. */
export type Redemption =
  | { readonly outcome: 'redeemed'; readonly token: StoredToken }
  | { readonly outcome: 'reused'; readonly reuse: TokenReuse }
  | { readonly outcome: 'refused' }

/**
 * Reuse after this time revokes the token's family. Tabs that open together are faster, and a client that never
 * received the successor loses nothing.
 */
const REUSE_GRACE_MS = 60_000
const REFUSED: Redemption = { outcome: 'refused' }

/** Single-use tokens: password reset links, e-mail confirmations, remembered logins. */
export class OneTimeTokens {
  readonly #options: Required<OneTimeTokenOptions>

  /** @throws ArlenError `option_unknown`, `option_invalid`. */
  constructor(options: OneTimeTokenOptions) {
    const given = readOptions('createOneTimeTokens()', options, OPTIONS)
    this.#options = {
      lifetimeMs: 60 * 60 * 1000,
      replace: true,
      now: () => Date.now(),
      onReuse: () => undefined,
      ...given,
    }
  }

  /** How long a token is valid, in milliseconds. */
  get lifetimeMs(): number {
    return this.#options.lifetimeMs
  }

  /**
   * Issues a token for a user. Only its hash is stored.
   *
   * @param options.epoch - the user's current session epoch, returned by `redeem` for comparison: it voids a token that
   *   is issued while the password changes.
   */
  async issue(userId: string | number, options: { epoch?: string | number } = {}): Promise<string> {
    const { epoch } = readOptions('issue()', options, ISSUE_OPTIONS)
    const { store, purpose, replace } = this.#options
    if (replace) await store.removeUser(purpose, userId)
    const { token, hash } = newToken(purpose)
    await store.insert({ ...this.#stored(hash, String(userId)), epoch: epoch === undefined ? epoch : String(epoch) })
    return token
  }

  /**
   * Issues the successor of a redeemed token. Undefined if the user's tokens or this family have been revoked since.
   */
  async renew(spent: StoredToken): Promise<string | undefined> {
    const { store, purpose } = this.#options
    const { token, hash } = newToken(purpose)
    const { epoch, family } = spent
    const stored = await store.insert({ ...this.#stored(hash, spent.userId), epoch, family }, spent.hash)
    return stored ? token : undefined
  }

  /** Spends the token and returns the user's id. Undefined if it is unknown, used, expired or for another purpose. */
  async consume(token: string): Promise<string | undefined> {
    const redemption = await this.redeem(token)
    return redemption.outcome === 'redeemed' ? redemption.token.userId : undefined
  }

  /** Like {@link consume}, with everything that is known about the token. */
  async redeem(token: string): Promise<Redemption> {
    const { store, purpose, now, onReuse } = this.#options
    if (token.length > 256) return REFUSED
    const found = await store.take(purpose, hashToken(token))
    if (found === undefined || found.expiresAt <= now()) return REFUSED
    if (found.spentAt === undefined) return { outcome: 'redeemed', token: found }
    const sinceMs = Math.max(0, now() - found.spentAt)
    if (sinceMs > REUSE_GRACE_MS) await store.removeFamily(purpose, found.family)
    const reuse = { purpose, userId: found.userId, sinceMs }
    await onReuse(reuse)
    return { outcome: 'reused', reuse }
  }

  /** Revokes a token and its successors, including one that a concurrent request is issuing. For logout. */
  async end(token: string): Promise<void> {
    const { store, purpose } = this.#options
    if (token.length > 256) return
    const found = await store.take(purpose, hashToken(token))
    if (found !== undefined) await store.removeFamily(purpose, found.family)
  }

  /** Revokes all of the user's tokens: after a password change, or to log out everywhere. */
  revoke(userId: string | number): Promise<void> {
    return this.#options.store.removeUser(this.#options.purpose, userId)
  }

  #stored(hash: string, userId: string): StoredToken {
    const { purpose, lifetimeMs, now } = this.#options
    return { hash, purpose, userId, epoch: undefined, family: hash, expiresAt: now() + lifetimeMs }
  }
}

/** Makes {@link OneTimeTokens} for one purpose. @throws ArlenError `option_unknown`, `option_invalid`. */
export function createOneTimeTokens(options: OneTimeTokenOptions): OneTimeTokens {
  return new OneTimeTokens(options)
}
