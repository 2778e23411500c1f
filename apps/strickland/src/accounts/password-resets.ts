import { createLoginThrottle, type LoginThrottle, type RateStore } from '@arlen/security'
import type { OneTimeTokens } from '@arlen/session'
import type { App } from 'arlen'
import { userByEmail, userById } from './users.ts'

const HOUR_MS = 60 * 60_000

/** Links with which people who forgot their password choose a new one. Each works once, for an hour. */
export class PasswordResets {
  readonly #app: Pick<App, 'db' | 'log' | 'mail'>
  readonly #tokens: OneTimeTokens
  readonly #throttle: LoginThrottle

  constructor(app: Pick<App, 'db' | 'log' | 'mail'>, tokens: OneTimeTokens, counts: RateStore) {
    this.#app = app
    this.#tokens = tokens
    this.#throttle = createLoginThrottle({
      name: 'reset',
      pair: { limit: 3, windowMs: HOUR_MS },
      account: { limit: 6, windowMs: HOUR_MS },
      address: { limit: 20, windowMs: HOUR_MS },
      log: app.log,
      store: counts,
    })
  }

  /** @returns milliseconds to wait if mail to this address was requested too often; else 0 */
  wait(email: string, address: string): Promise<number> {
    return this.#throttle.attempt(email, address)
  }

  /**
   * Writes to the owner of an account, if there is one. The response does not wait for it, so its timing does not reveal
   * whether the account exists.
   *
   * @param linkTo - creates the link for a token. Its host does not come from the request: otherwise a forged request could
   * decide where the secret goes
   */
  begin(email: string, linkTo: (token: string) => string): Promise<void> {
    return this.#write(email, linkTo).catch(err => this.#app.log.error({ err }, 'a password cannot be reset'))
  }

  /** The id of the user that a token is for, once; undefined also if the password has changed since. */
  async redeem(token: string): Promise<number | undefined> {
    const redemption = await this.#tokens.redeem(token)
    if (redemption.outcome !== 'redeemed') return undefined
    const user = await userById(this.#app.db, Number(redemption.token.userId))
    return user !== undefined && String(user.sessionEpoch) === redemption.token.epoch ? user.id : undefined
  }

  revoke(userId: number): Promise<void> {
    return this.#tokens.revoke(userId)
  }

  async #write(email: string, linkTo: (token: string) => string): Promise<void> {
    const user = await userByEmail(this.#app.db, email)
    if (!user) return
    const link = linkTo(await this.#tokens.issue(user.id, { epoch: user.sessionEpoch }))
    await this.#app.mail.send('reset-password', { to: user.email, locals: { name: user.name, link } })
  }
}
