import type { Context } from '@arlen/http'
import { requestSession } from '../context.ts'
import type { OneTimeTokens, TokenReuse } from '../token/one-time-token.ts'
import type { Maybe } from './auth-scheme.ts'
import { forgetRemembered, readRemembered, rememberCookie } from './remember-me.ts'

export interface RememberedLoginsOptions<User> {
  tokens: OneTimeTokens
  lifetimeMs: number
  findUser: (id: string | number, c: Context) => Maybe<User>
  epochOf: (user: User) => string
  onReuse: ((reuse: TokenReuse, c: Context) => unknown) | undefined
}

/**
 * Logins that outlive the session, on devices where that was requested. Each cookie holds a single-use token; using it
 * gives the device the next one. A token and its successors carry the epoch under which the login was granted, so one
 * that is issued or renewed while the password changes is void when it is used.
 */
export class RememberedLogins<User> {
  readonly #options: RememberedLoginsOptions<User>

  constructor(options: RememberedLoginsOptions<User>) {
    this.#options = options
  }

  async issue(c: Context, id: string | number, epoch: string): Promise<void> {
    this.#set(c, await this.#options.tokens.issue(id, { epoch }))
  }

  /** Spends the request's token. @returns the user, if the login is still valid. */
  async redeem(c: Context): Promise<User | undefined> {
    const { tokens, findUser, epochOf } = this.#options
    const presented = readRemembered(c)
    if (presented === undefined) return undefined
    const redemption = await tokens.redeem(presented)
    if (redemption.outcome === 'reused') await this.#tell(redemption.reuse, c)
    // Keep the cookie: if several tabs reopen at once, one of them has spent the token and is receiving the next in a
    // cookie of the same name.
    if (redemption.outcome !== 'redeemed') return undefined
    const { token } = redemption
    const user = await findUser(token.userId, c)
    if (user === undefined || token.epoch !== epochOf(user)) return undefined
    const next = await tokens.renew(token)
    if (next === undefined) return undefined // revoked since it was redeemed
    this.#set(c, next)
    return user
  }

  /** Forgets this device's login: the cookie, the token, and a successor that a concurrent request may be issuing. */
  async end(c: Context): Promise<void> {
    const token = readRemembered(c)
    if (token === undefined) return
    forgetRemembered(c)
    await this.#options.tokens.end(token)
  }

  async #tell(reuse: TokenReuse, c: Context): Promise<void> {
    const { userId, sinceMs } = reuse
    c.log.warn(
      { userId, sinceMs },
      'the token of a remembered login was used again: two tabs opened at once, a lost response, or a stolen cookie',
    )
    await this.#options.onReuse?.(reuse, c)
  }

  #set(c: Context, token: string): void {
    requestSession(c, 'session').write(rememberCookie(c, token, this.#options.lifetimeMs))
  }
}
