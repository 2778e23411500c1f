import { type Context, localTarget, type Middleware } from '@arlen/http'
import { extendContext, requestSession, setUser } from './context.ts'
import { type EndedSessions, sessionKey } from './ended-sessions.ts'
import { sessionError } from './errors.ts'
import type { OneTimeTokens } from './one-time-token.ts'
import { forgetRemembered, readRemembered, rememberCookie } from './remember-me.ts'
import { bearerToken, hashToken } from './token.ts'
import type { AppUser } from './user.ts'
import { whenKnown } from './when-known.ts'

type Maybe<T> = T | undefined | Promise<T | undefined>

export interface AuthenticationOptions<User extends AppUser> {
  /** Finds the user whose id the session holds; undefined where the account is gone or may not log in any more. */
  findUser: (id: string | number, c: Context) => Maybe<User>
  idOf: (user: User) => string | number
  /**
   * A number or text in the user's row that changes when all sessions of the user must end: logging out everywhere, a
   * new password, a suspension. Sessions that began under another epoch end with their next request.
   */
  epochOf?: (user: User) => string | number
  rolesOf?: (user: User) => readonly string[]
  /** Finds the user of a bearer token by the token's hash (`newToken()`). Without it bearer tokens mean nothing. */
  findTokenUser?: (hash: string, c: Context) => Maybe<User>
  /** Single-use tokens for logins that outlive the session: purpose `remember-me`, `replace: false`. */
  remember?: OneTimeTokens
  /** How long a login is remembered, in milliseconds; the tokens' lifetime. Default 30 days. */
  rememberMs?: number
  /**
   * Remembers which sessions were ended by a logout or another login, so that copies of their cookies are void. Asked at
   * the same time as `findUser`. Sessions in a store need it not; without it a copy works until it expires or the user's
   * epoch changes.
   */
  ended?: EndedSessions
  /** Called at logout. */
  onLogout?: (userId: string | number, c: Context) => unknown
  /** Keys of the session before a login that stay, such as `cart`, unless `login()` is told others. Default: none. */
  keep?: readonly string[]
  /** Where browsers are sent to log in, with the path they wanted as `?return=`. Without it they get 401. */
  loginPath?: string
}

const THIRTY_DAYS = 30 * 24 * 60 * 60 * 1000

/** Who a request is from, and what it may do. Its middleware need `sessionMiddleware()` before them. */
export class Authentication<User extends AppUser = AppUser> {
  readonly #options: AuthenticationOptions<User>

  constructor(options: AuthenticationOptions<User>) {
    this.#options = options
    extendContext()
  }

  /** Sets `c.user` for whoever is logged in, and lets everybody pass. */
  readonly loadUser: Middleware = next => c => whenKnown(this.user(c), () => next(c))

  /** Lets logged-in users pass. Others are sent to log in, or get 401. */
  readonly requireUser: Middleware = next => c => whenKnown(this.user(c), user => (user ? next(c) : this.#deny(c)))

  /** Lets users pass who have one of the roles. Others get 403, and 401 where nobody is logged in. */
  requireRole(...roles: readonly [string, ...string[]]): Middleware {
    return next => c =>
      whenKnown(this.user(c), user => {
        if (!user) return this.#deny(c)
        const held = this.#options.rolesOf?.(user) ?? []
        if (!roles.some(role => held.includes(role))) throw sessionError('role_required')
        return next(c)
      })
  }

  /**
   * Lets users pass who gave their password not longer ago than this, for what must not happen at a screen somebody left:
   * changing password or address. Remembered logins and bearer tokens do not count.
   */
  requireRecentLogin(ms: number = 15 * 60_000): Middleware {
    return next => c =>
      whenKnown(this.user(c), user => {
        const at = user === undefined ? undefined : c.session.user?.at
        const { settings } = requestSession(c, 'session')
        return at !== undefined && settings.now() - at <= ms / 1000 ? next(c) : this.#deny(c)
      })
  }

  /** The user of a request, looked up once. A session whose epoch is over ends here. */
  user(c: Context): Maybe<User> {
    const scope = requestSession(c, 'user')
    if (scope.user !== undefined) return scope.user.is as User | undefined
    return whenKnown(this.#find(c), user => {
      setUser(c, user)
      return user
    })
  }

  /**
   * Logs a user in: a new session id, new CSRF tokens, of the session before only what `keep` lists (default: that of the options).
   *
   * @param options.remember - also after the session ended, on this device.
   */
  login(c: Context, user: User, options: { keep?: readonly string[]; remember?: boolean } = {}): void | Promise<void> {
    const { idOf, epochOf, remember } = this.#options
    const id = idOf(user)
    const ending = this.#endSession(c)
    c.session.login(id, { keep: options.keep ?? this.#options.keep ?? [], epoch: epochOf?.(user) ?? 0 })
    setUser(c, user)
    const remembering =
      options.remember && remember ? remember.issue(id).then(token => this.#setRemembered(c, token)) : undefined
    return ending === undefined ? remembering : Promise.all([ending, remembering]).then(() => undefined)
  }

  /** Ends the session, and the remembered login of this device with it. */
  async logout(c: Context): Promise<void> {
    const { remember, onLogout } = this.#options
    const login = c.session.user
    const token = readRemembered(c)
    const ending = this.#endSession(c)
    c.session.logout()
    setUser(c, undefined)
    if (token !== undefined) forgetRemembered(c)
    await Promise.all([ending, token === undefined ? undefined : remember?.consume(token)])
    if (login !== undefined) await onLogout?.(login.id, c)
  }

  /** Makes copies of the cookie of a login void, where somebody is logged in. */
  #endSession(c: Context): Promise<void> | undefined {
    const { ended } = this.#options
    const { settings, session } = requestSession(c, 'session')
    if (ended === undefined || session.user === undefined) return undefined
    return ended.end(sessionKey(session.id), session.createdAt / 1000 + settings.absolute)
  }

  #find(c: Context): Maybe<User> {
    const { findTokenUser } = this.#options
    const token = findTokenUser === undefined ? undefined : bearerToken(c.req.header('authorization'))
    if (findTokenUser === undefined || token === undefined) return this.#findBySession(c)
    return whenKnown(findTokenUser(hashToken(token), c), user => {
      if (user !== undefined) return user
      throw sessionError('token_invalid', {}, { headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } })
    })
  }

  #findBySession(c: Context): Maybe<User> {
    const { session } = c
    const login = session.user
    if (login === undefined) return this.#findRemembered(c)
    const { findUser, epochOf, ended } = this.#options
    const found = findUser(login.id, c)
    const current =
      ended === undefined
        ? found
        : Promise.all([found, ended.isEnded(sessionKey(session.id))]).then(([user, isEnded]) =>
            isEnded ? undefined : user,
          )
    return whenKnown(current, user => {
      if (user !== undefined && String(epochOf?.(user) ?? 0) === String(login.epoch)) return user
      session.destroy()
      return undefined
    })
  }

  /** Turns a remembered login into a session. Its token is used up by that, and the device gets the next one. */
  #findRemembered(c: Context): Maybe<User> {
    const { remember, findUser, idOf, epochOf, keep = [] } = this.#options
    const token = remember === undefined ? undefined : readRemembered(c)
    // Only page loads: of a page's many requests one would use the token up and the others would look like theft.
    if (remember === undefined || token === undefined || !isPageLoad(c)) return undefined
    return (async () => {
      const id = await remember.consume(token)
      const user = id === undefined ? undefined : await findUser(id, c)
      // The cookie stays: of several tabs that are opened again at once, one has used the token up and has the next in a
      // cookie of the same name.
      if (user === undefined) return undefined
      c.session.login(idOf(user), { keep, epoch: epochOf?.(user) ?? 0, remembered: true })
      this.#setRemembered(c, await remember.issue(idOf(user)))
      return user
    })()
  }

  #setRemembered(c: Context, token: string): void {
    requestSession(c, 'session').write(rememberCookie(c, token, this.#options.rememberMs ?? THIRTY_DAYS))
  }

  #deny(c: Context): unknown {
    const { loginPath, findTokenUser } = this.#options
    if (loginPath !== undefined && isPageLoad(c) && c.req.header('accept')?.includes('text/html')) {
      return c.redirect(`${loginPath}?return=${encodeURIComponent(localTarget(c.req.url))}`)
    }
    throw sessionError('login_required', {}, findTokenUser ? { headers: { 'WWW-Authenticate': 'Bearer' } } : {})
  }
}

function isPageLoad(c: Context): boolean {
  const mode = c.req.header('sec-fetch-mode')
  return (c.req.method === 'GET' || c.req.method === 'HEAD') && (mode === undefined || mode === 'navigate')
}
