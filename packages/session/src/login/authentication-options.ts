import { type OptionTable, option } from '@arlen/core/options'
import type { Context } from '@arlen/http'
import type { EndedSessions } from '../stores/ended-sessions.ts'
import type { OneTimeTokens, TokenReuse } from '../token/one-time-token.ts'
import type { AuthScheme, Maybe } from './auth-scheme.ts'
import type { AppUser } from './user.ts'

/** Options of `createAuthentication()`. */
export interface AuthenticationOptions<User extends AppUser> {
  /** Finds the user by the id in the session. Return undefined if the account is gone or suspended. */
  findUser?: (id: string | number, c: Context) => Maybe<User>
  idOf?: (user: User) => string | number
  /**
   * A number or string in the user's row. Changing it ends all of the user's sessions and remembered logins at their
   * next request: for logging out everywhere, a new password, a suspension.
   */
  epochOf?: (user: User) => string | number
  rolesOf?: (user: User) => readonly string[]
  /**
   * How programs authenticate: `bearer()`, `apiKeys()`, `jwt()`. No session is needed. The first scheme that finds
   * credentials decides.
   */
  schemes?: readonly AuthScheme<User>[]
  /** Shorthand for a `bearer()` scheme: finds the user by the hash of a bearer token (`newToken()`). */
  findTokenUser?: (hash: string, c: Context) => Maybe<User>
  /**
   * The tokens for remembered logins: purpose `remember-me`, `replace: false`. A login is remembered for their `lifetimeMs`, which
   * is one hour unless you set it.
   */
  remember?: OneTimeTokens
  /**
   * Called when the token of a remembered login is used a second time; a warning is logged as well. If `sinceMs` is
   * more than a few seconds, someone may have copied the cookie: end the user's sessions or notify the user.
   */
  onRememberReuse?: (reuse: TokenReuse, c: Context) => unknown
  /**
   * Records sessions that ended by logout, another login or `regenerate()`, so that copies of their cookies are void.
   * Queried in parallel with `findUser`. Not needed with a session store. Without it, a copied cookie works until it
   * expires or the user's epoch changes.
   */
  ended?: EndedSessions
  /** Called at logout. */
  onLogout?: (userId: string | number, c: Context) => unknown
  /** Session keys to keep at login, such as `cart`. `login()` can override it. Default none. */
  keep?: readonly string[]
  /** Where to redirect browsers to log in; the requested path is added as `?return=`. Without it they get 401. */
  loginPath?: string
}

/** The rule for each of {@link AuthenticationOptions}. */
export const AUTHENTICATION_OPTIONS: OptionTable<AuthenticationOptions<AppUser>> = {
  findUser: option.func,
  idOf: option.func,
  epochOf: option.func,
  rolesOf: option.func,
  schemes: option.listOf(option.object),
  findTokenUser: option.func,
  remember: option.object,
  onRememberReuse: option.func,
  ended: option.object,
  onLogout: option.func,
  keep: option.listOf(option.string),
  loginPath: option.string,
}
