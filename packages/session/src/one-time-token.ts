import { hashToken, newToken } from './token.ts'

/** A one-time token at rest. */
export interface StoredToken {
  readonly hash: string
  readonly purpose: string
  readonly userId: string
  /** The user's session epoch when the token was granted; undefined where it was granted without one. */
  readonly epoch: string | undefined
  /** Shared by a token and all its successors (`renew`). */
  readonly family: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** A token that came back. */
export interface TakenToken extends StoredToken {
  /** When it had been spent before, in milliseconds since 1970; undefined for the one who spends it now. */
  readonly spentAt: number | undefined
}

export interface OneTimeTokenStore {
  /**
   * @param successorOf - the hash of the token that this one replaces. Where that one has been removed meanwhile, nothing
   *   is stored: a successor must not outlive the revocation of its family.
   * @returns whether the token was stored.
   */
  insert(token: StoredToken, successorOf?: string): Promise<boolean>
  /** Spends the token and returns it, in one step: of two who come with the same token one is the first. */
  take(purpose: string, hash: string): Promise<TakenToken | undefined>
  removeFamily(purpose: string, family: string): Promise<void>
  removeUser(purpose: string, userId: string | number): Promise<void>
  /** Removes expired tokens. @returns how many there were. */
  removeExpired(): Promise<number>
}

/** A token was presented that had been used before. */
export interface TokenReuse {
  readonly purpose: string
  readonly userId: string
  /** Milliseconds since its first use. A few are two tabs opened at once; more are a copy in other hands, or a lost answer. */
  readonly sinceMs: number
}

export interface OneTimeTokenOptions {
  store: OneTimeTokenStore
  /** What the tokens are for; a token of one purpose is none of another: `password-reset`, `remember-me`. */
  purpose: string
  /** Milliseconds. Default one hour. */
  lifetimeMs?: number
  /** Whether a new token of a user ends the earlier ones. Default true; false for one token on each device. */
  replace?: boolean
  /** Called when a token that was used before comes again, before it has expired. */
  onReuse?: (reuse: TokenReuse) => unknown
  now?: () => number
}

/** What became of a token that was presented. */
export type Redemption =
  | { readonly outcome: 'redeemed'; readonly token: StoredToken }
  | { readonly outcome: 'reused'; readonly reuse: TokenReuse }
  | { readonly outcome: 'refused' }

/**
 * A spent token that comes back later than this ends its family. Two tabs that are opened together are not that late, and
 * a client that never got the successor has nothing left to lose.
 */
const REUSE_GRACE_MS = 60_000
const REFUSED: Redemption = { outcome: 'refused' }

/** Tokens for one use: a link to reset a password, a confirmation of an address, a login that is remembered. */
export class OneTimeTokens {
  readonly #options: Required<OneTimeTokenOptions>

  constructor(options: OneTimeTokenOptions) {
    this.#options = { lifetimeMs: 60 * 60 * 1000, replace: true, now: Date.now, onReuse: () => undefined, ...options }
  }

  /**
   * A new token for a user. Only its hash is stored.
   *
   * @param options.epoch - the user's session epoch now, for `redeem` to compare: a token that is issued while the
   *   password changes is void all the same.
   */
  async issue(userId: string | number, options: { epoch?: string | number } = {}): Promise<string> {
    const { store, purpose, replace } = this.#options
    const { epoch } = options
    if (replace) await store.removeUser(purpose, userId)
    const { token, hash } = newToken(purpose)
    await store.insert({ ...this.#stored(hash, String(userId)), epoch: epoch === undefined ? epoch : String(epoch) })
    return token
  }

  /** The successor of a token that was redeemed; undefined where the user's tokens, or this family, were revoked meanwhile. */
  async renew(spent: StoredToken): Promise<string | undefined> {
    const { store, purpose } = this.#options
    const { token, hash } = newToken(purpose)
    const { epoch, family } = spent
    const stored = await store.insert({ ...this.#stored(hash, spent.userId), epoch, family }, spent.hash)
    return stored ? token : undefined
  }

  /** The user's id, once; undefined for a token that is unknown, used, expired or of another purpose. */
  async consume(token: string): Promise<string | undefined> {
    const redemption = await this.redeem(token)
    return redemption.outcome === 'redeemed' ? redemption.token.userId : undefined
  }

  /** As {@link consume}, with all that is known of the token. */
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

  /** Ends a token and its successors, also one that another request makes at this moment: a logout. */
  async end(token: string): Promise<void> {
    const { store, purpose } = this.#options
    if (token.length > 256) return
    const found = await store.take(purpose, hashToken(token))
    if (found !== undefined) await store.removeFamily(purpose, found.family)
  }

  /** Ends every token of a user: after a change of password, or to log out everywhere. */
  revoke(userId: string | number): Promise<void> {
    return this.#options.store.removeUser(this.#options.purpose, userId)
  }

  #stored(hash: string, userId: string): StoredToken {
    const { purpose, lifetimeMs, now } = this.#options
    return { hash, purpose, userId, epoch: undefined, family: hash, expiresAt: now() + lifetimeMs }
  }
}
