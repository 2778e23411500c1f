import type { Database } from '@arlen/pg'
import { createLoginThrottle } from '@arlen/security'
import {
  type ApiKeys,
  type Authentication,
  apiKeys,
  createAuthentication,
  createPasswordLogin,
  createPasswords,
  createPgApiKeyStore,
  type PasswordLogin,
  type Passwords,
} from '@arlen/session'
import type { App, Provided } from 'arlen'

export interface User {
  id: number
  email: string
}

declare module '@arlen/session' {
  interface AppUser extends User {}
}

/** What handlers behind `requireUser` find in their context: `c.user`. */
export type LoggedIn = Provided<Authentication<User>['requireUser']>

const HOUR_MS = 60 * 60_000

/** Who may come in, and how they prove it: a password buys a token, which each request sends. */
export class Users {
  readonly passwords: Passwords = createPasswords()
  readonly tokens: ApiKeys<User>
  readonly auth: Authentication<User>
  readonly login: PasswordLogin<User>

  constructor(app: App) {
    const store = createPgApiKeyStore(() => app.db)
    app.every('removing expired tokens', HOUR_MS, () => store.removeExpired())
    this.tokens = apiKeys<User>({ store, prefix: 'app', findUser: id => userById(app.db, Number(id)) })
    this.auth = createAuthentication<User>({ schemes: [this.tokens] })
    this.login = createPasswordLogin<User>({
      passwords: this.passwords,
      find: email => credentialsOf(app.db, email),
      rehash: ({ id }, hash, replaced) => strengthenHash(app.db, id, hash, replaced),
      throttle: createLoginThrottle({ log: app.log }),
    })
  }
}

function userById(db: Database, id: number): Promise<User | undefined> {
  return db.maybeOne<User>('select id, email from users where id = $1', [id])
}

/** The only query that reads password hashes. */
async function credentialsOf(db: Database, email: string): Promise<{ user: User; passwordHash: string } | undefined> {
  const found = await db.maybeOne<User & { passwordHash: string }>(
    `select id, email, password_hash as "passwordHash" from users where email = $1`,
    [email],
  )
  return found && { user: { id: found.id, email: found.email }, passwordHash: found.passwordHash }
}

/** The new user, or undefined if the address already has an account. */
export function createUser(db: Database, email: string, passwordHash: string): Promise<User | undefined> {
  return db.maybeOne<User>(
    'insert into users (email, password_hash) values ($1, $2) on conflict (email) do nothing returning id, email',
    [email, passwordHash],
  )
}

/** Replaces a hash by a stronger one of the same password, unless the password has changed meanwhile. */
function strengthenHash(db: Database, id: number, hash: string, replaced: string): Promise<number> {
  const values = [id, hash, replaced]
  return db.execute('update users set password_hash = $2 where id = $1 and password_hash = $3', values)
}
