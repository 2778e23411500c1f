import type { Database } from '@arlen/pg'
import { createLoginThrottle, createPgRateStore, type PgRateStore } from '@arlen/security'
import {
  type Authentication,
  createAuthentication,
  createOneTimeTokens,
  createPasswordLogin,
  createPasswords,
  createPgEndedSessions,
  createPgTokenStore,
  type OneTimeTokens,
  type PasswordLogin,
  type Passwords,
} from '@arlen/session'
import type { App, Provided } from 'arlen'
import { PasswordResets } from './password-resets.ts'
import { changePassword, credentialsOf, strengthenHash, type User, userById } from './users.ts'

declare module '@arlen/session' {
  interface AppUser extends User {}
}

const HOUR_MS = 60 * 60_000
const REMEMBER_MS = 30 * 24 * HOUR_MS

/** What handlers behind `requireUser` and `requireRole` find in their context. */
export type LoggedIn = Provided<Authentication<User>['requireUser']>

/** The authentication of one application; routes receive it and never create their own. */
export class Accounts {
  readonly passwords: Passwords = createPasswords()
  readonly remember: OneTimeTokens
  readonly auth: Authentication<User>
  readonly login: PasswordLogin<User>
  readonly resets: PasswordResets
  /** Counts for rate limits, together for all machines. */
  readonly counts: PgRateStore

  /** @param app - its database is accessed only when needed, so an application can be assembled without one */
  constructor(app: Pick<App, 'db' | 'every' | 'log' | 'mail'>) {
    const store = createPgTokenStore(() => app.db)
    const ended = createPgEndedSessions(() => app.db)
    this.counts = createPgRateStore(() => app.db)
    app.every('removing expired counts', HOUR_MS, () => this.counts.removeExpired())
    app.every('removing expired tokens', HOUR_MS, () => store.removeExpired())
    app.every('removing ended sessions', HOUR_MS, () => ended.removeExpired())
    this.remember = createOneTimeTokens({ store, purpose: 'remember-me', replace: false, lifetimeMs: REMEMBER_MS })
    this.resets = new PasswordResets(app, createOneTimeTokens({ store, purpose: 'password-reset' }), this.counts)
    this.auth = createAuthentication<User>({
      findUser: (id, c) => userById(c.db, Number(id)),
      idOf: user => user.id,
      epochOf: user => user.sessionEpoch,
      rolesOf: user => [user.role],
      ended,
      remember: this.remember,
      loginPath: '/login',
    })
    this.login = createPasswordLogin<User>({
      passwords: this.passwords,
      find: async email => {
        const found = await credentialsOf(app.db, email)
        return found && { user: found, passwordHash: found.passwordHash }
      },
      rehash: (user, hash, replaced) => strengthenHash(app.db, user.id, hash, replaced),
      throttle: createLoginThrottle({ log: app.log, store: this.counts }),
    })
  }

  /** Changes a password, and ends all sessions, remembered logins and reset links of the user. */
  async changePassword(db: Database, userId: number, password: string): Promise<User | undefined> {
    const hash = await this.passwords.hash(password)
    // Everything granted under the previous epoch is void from here on; revoking only tidies up.
    const user = await changePassword(db, userId, hash)
    await Promise.all([this.remember.revoke(userId), this.resets.revoke(userId)])
    return user
  }
}
