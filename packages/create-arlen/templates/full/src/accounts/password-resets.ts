import { createLoginThrottle, type LoginThrottle } from '@arlen/security'
import { createOneTimeTokens, createPgTokenStore, type OneTimeTokens, type Passwords } from '@arlen/session'
import type { App } from 'arlen'
import { changePassword, type User, userByEmail, userById } from './users.ts'

const HOUR_MS = 60 * 60_000

/** Links by which people who forgot their password choose another one. Each works once, for an hour. */
export class PasswordResets {
  readonly #app: App
  readonly #passwords: Passwords
  readonly #tokens: OneTimeTokens
  readonly #throttle: LoginThrottle

  constructor(app: App, passwords: Passwords) {
    const store = createPgTokenStore(() => app.db)
    app.every('removing expired tokens', HOUR_MS, () => store.removeExpired())
    this.#app = app
    this.#passwords = passwords
    this.#tokens = createOneTimeTokens({ store, purpose: 'password-reset' })
    this.#throttle = createLoginThrottle({
      name: 'reset',
      pair: { limit: 3, windowMs: HOUR_MS },
      account: { limit: 6, windowMs: HOUR_MS },
      address: { limit: 20, windowMs: HOUR_MS },
      log: app.log,
    })
  }

  /** @returns milliseconds to wait if mail to this address was requested too often; else 0. */
  wait(email: string, address: string): Promise<number> {
    return this.#throttle.attempt(email, address)
  }

  /**
   * Writes to the owner of an account, if there is one. The request does not wait for it, so the time it takes does not
   * tell whether the account exists.
   */
  begin(email: string, linkTo: (token: string) => string): void {
    this.#write(email, linkTo).catch(err => this.#app.log.error({ err }, 'a password cannot be reset'))
  }

  /** The user whose password was changed, or undefined if the link was used before, is too old, or was replaced. */
  async redeem(token: string, password: string): Promise<User | undefined> {
    const { db } = this.#app
    const redemption = await this.#tokens.redeem(token)
    if (redemption.outcome !== 'redeemed') return undefined
    const user = await userById(db, Number(redemption.token.userId))
    // A change of the password since then voids the link.
    if (user === undefined || String(user.sessionEpoch) !== redemption.token.epoch) return undefined
    return changePassword(db, user.id, await this.#passwords.hash(password))
  }

  async #write(email: string, linkTo: (token: string) => string): Promise<void> {
    const user = await userByEmail(this.#app.db, email)
    if (!user) return
    const link = linkTo(await this.#tokens.issue(user.id, { epoch: user.sessionEpoch }))
    await this.#app.mail.send('reset-password', { to: user.email, locals: { name: user.name, link } })
  }
}
