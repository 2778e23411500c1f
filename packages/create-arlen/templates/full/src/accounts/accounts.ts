import { createLoginThrottle } from '@arlen/security'
import {
  type Authentication,
  createAuthentication,
  createPasswordLogin,
  createPasswords,
  createPgEndedSessions,
  type PasswordLogin,
  type Passwords,
} from '@arlen/session'
import type { App, Provided } from 'arlen'
import { PasswordResets } from './password-resets.ts'
import { credentialsOf, strengthenHash, type User, userById } from './users.ts'

declare module '@arlen/session' {
  interface AppUser extends User {}
}

const HOUR_MS = 60 * 60_000

/** What handlers behind `requireUser` find in their context: `c.user`. */
export type LoggedIn = Provided<Authentication<User>['requireUser']>

/** Who may come in, and how they prove it. */
export class Accounts {
  readonly passwords: Passwords = createPasswords()
  readonly auth: Authentication<User>
  readonly login: PasswordLogin<User>
  readonly resets: PasswordResets

  constructor(app: App) {
    const ended = createPgEndedSessions(() => app.db)
    app.every('removing ended sessions', HOUR_MS, () => ended.removeExpired())
    this.resets = new PasswordResets(app, this.passwords)
    this.auth = createAuthentication<User>({
      findUser: (id, c) => userById(c.db, Number(id)),
      idOf: user => user.id,
      epochOf: user => user.sessionEpoch,
      ended,
      loginPath: '/login',
    })
    this.login = createPasswordLogin<User>({
      passwords: this.passwords,
      find: async email => {
        const found = await credentialsOf(app.db, email)
        return found && { user: found, passwordHash: found.passwordHash }
      },
      rehash: (user, hash, replaced) => strengthenHash(app.db, user.id, hash, replaced),
      throttle: createLoginThrottle({ log: app.log }),
    })
  }
}
