import type { Context } from '@arlen/http'
import type { Maybe } from './auth-scheme.ts'
import { requestSession } from './context.ts'
import type { OneTimeTokens, TokenReuse } from './one-time-token.ts'
import { forgetRemembered, readRemembered, rememberCookie } from './remember-me.ts'

export interface RememberedLoginsOptions<User> {
  tokens: OneTimeTokens
  lifetimeMs: number
  findUser: (id: string | number, c: Context) => Maybe<User>
  epochOf: (user: User) => string
  onReuse: ((reuse: TokenReuse, c: Context) => unknown) | undefined
}

/**
 * Logins that outlive the session, on the devices where that was asked for: each cookie holds a token for one use, and
 * the use gives the device the next one. A token carries the epoch under which it was granted, and so do its successors:
 * whatever is issued or renewed while a password changes is void when it is used.
 */
export class RememberedLogins<User> {
  readonly #options: RememberedLoginsOptions<User>

  constructor(options: RememberedLoginsOptions<User>) {
    this.#options = options
  }

  async issue(c: Context, id: string | number, epoch: string): Promise<void> {
    this.#set(c, await this.#options.tokens.issue(id, { epoch }))
  }

  /** Uses up the token of a request. @returns the user, where the login still counts. */
  async redeem(c: Context): Promise<User | undefined> {
    const { tokens, findUser, epochOf } = this.#options
    const presented = readRemembered(c)
    if (presented === undefined) return undefined
    const redemption = await tokens.redeem(presented)
    if (redemption.outcome === 'reused') await this.#tell(redemption.reuse, c)
    // The cookie stays: of several tabs that are opened again at once, one has used the token up and has the next in a
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

  /** Forgets the login of this device: the cookie, the token, and what another request may be renewing it to. */
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
      'the token of a remembered login was used again: two tabs opened at once, a lost answer, or a stolen cookie',
    )
    await this.#options.onReuse?.(reuse, c)
  }

  #set(c: Context, token: string): void {
    requestSession(c, 'session').write(rememberCookie(c, token, this.#options.lifetimeMs))
  }
}
