import type { GuardSecurity, SecurityScheme } from '@arlen/core'
import { namesMediaType } from '@arlen/core/accept'
import { type OptionTable, option, readOptions } from '@arlen/core/options'
import { type Context, localTarget } from '@arlen/http'
import { findRequestSession, knownUser, requestSession, setUser } from '../context.ts'
import { sessionError } from '../errors.ts'
import { whenKnown } from '../session/when-known.ts'
import { sessionKey } from '../stores/ended-sessions.ts'
import { bearer } from '../token/bearer.ts'
import { hashToken } from '../token/token.ts'
import { authenticate, checkScopes, type Found } from '../token/token-login.ts'
import { type AuthScheme, type Credentials, challenge, type Maybe } from './auth-scheme.ts'
import { AUTHENTICATION_OPTIONS, type AuthenticationOptions } from './authentication-options.ts'
import { type AuthGuard, guard } from './guard.ts'
import { impersonated } from './impersonation.ts'
import { readRemembered } from './remember-me.ts'
import { RememberedLogins } from './remembered-logins.ts'
import type { AppUser } from './user.ts'

const LOGIN_OPTIONS: OptionTable<{ keep?: readonly string[]; remember?: boolean }> = {
  keep: option.listOf(option.string),
  remember: option.boolean,
}

/**
 * Authenticates requests and guards routes. The guards work before a handler (`under`) and around it (`use`). Users
 * come with a session, which needs `session()` before the guard, or with a token, which needs nothing.
 */
export class Authentication<User extends AppUser = AppUser> {
  readonly #options: AuthenticationOptions<User>
  readonly #schemes: readonly AuthScheme<User>[]
  readonly #remembered: RememberedLogins<User> | undefined

  /** @throws ArlenError `option_unknown`, `option_invalid`, `login_unsupported`. */
  constructor(given: AuthenticationOptions<User>) {
    const options = readOptions(
      'createAuthentication()',
      given,
      AUTHENTICATION_OPTIONS as OptionTable<AuthenticationOptions<User>>,
    )
    this.#options = options
    const { schemes = [], findTokenUser, remember, onRememberReuse } = options
    const short = findTokenUser && tokensByHash(findTokenUser)
    this.#schemes = short === undefined ? schemes : [...schemes, short]
    this.#remembered =
      remember &&
      new RememberedLogins<User>({
        tokens: remember,
        lifetimeMs: remember.lifetimeMs,
        findUser: this.#required('findUser', 'A remembered login'),
        epochOf: user => this.#epochOf(user),
        onReuse: onRememberReuse,
      })
    this.loadUser = this.#guard(() => undefined, { optional: true })
    this.requireUser = this.#guard((user, c) => (user === undefined ? this.#deny(c) : undefined))
  }

  /** Sets `c.user` if the user is known, and lets every request pass. */
  readonly loadUser: AuthGuard<{ readonly user: User | undefined }>

  /** Lets authenticated users pass. Others are redirected to log in, or get 401. */
  readonly requireUser: AuthGuard<{ readonly user: User }>

  /** Lets users with one of the roles pass. Others get 403, or 401 if not authenticated. */
  requireRole(...roles: readonly [string, ...string[]]): AuthGuard<{ readonly user: User }> {
    return this.#guard((user, c) => {
      if (user === undefined) return this.#deny(c)
      const held = this.#options.rolesOf?.(user) ?? []
      if (!roles.some(role => held.includes(role))) throw sessionError('role_required')
      return undefined
    })
  }

  /**
   * Lets tokens with all of these scopes pass. Others get 403 `insufficient_scope` (RFC 6750, section 3.1). Users with
   * a session always pass: scopes limit what a program may do on a user's behalf, not what the user may do.
   */
  requireScope(...scopes: readonly [string, ...string[]]): AuthGuard<{ readonly user: User }> {
    return this.#guard(
      (user, c) => {
        if (user === undefined) return this.#deny(c)
        const found = knownUser(c)?.found
        if (found !== undefined) checkScopes(found.scheme, found.credentials.scopes ?? [], scopes)
        return undefined
      },
      { scopes },
    )
  }

  /**
   * Lets users pass who entered their password within this time. Use it for actions that must not be possible on an
   * unattended screen, such as changing the password. Remembered logins and tokens do not qualify.
   */
  requireRecentLogin(ms: number = 15 * 60_000): AuthGuard<{ readonly user: User }> {
    return this.#guard((user, c) => {
      const scope = findRequestSession(c)
      const at = user === undefined || knownUser(c)?.found ? undefined : scope?.session.user?.at
      return at !== undefined && scope!.settings.now() - at <= ms / 1000 ? undefined : this.#deny(c)
    })
  }

  /** The user of a request. Looked up once; a session of an earlier epoch ends here. */
  user(c: Context): Maybe<User> {
    const known = knownUser(c)
    if (known !== undefined) return known.is as User | undefined
    const as = findRequestSession(c) === undefined ? undefined : impersonated(c)
    if (as !== undefined) return this.#impersonate(c, as)
    return whenKnown(authenticate(this.#schemes, c), found => {
      if (found !== undefined) return this.#know(c, found.credentials.user, found)
      if (findRequestSession(c) === undefined) {
        if (this.#schemes.length > 0) return this.#know(c, undefined)
        throw sessionError('session_missing', {
          name: 'user',
          middleware: 'session(), and no schemes of createAuthentication(),',
        })
      }
      return whenKnown(this.#findBySession(c), user => this.#know(c, user))
    })
  }

  /** The scopes and claims of the request's token. Undefined before a guard has run, and for sessions. */
  credentials(c: Context): Credentials<User> | undefined {
    return knownUser(c)?.found?.credentials as Credentials<User> | undefined
  }

  /**
   * Logs a user in: the session gets a new id and new CSRF tokens, and keeps only the keys in `keep` (default: the
   * option of the same name).
   *
   * @param options.remember - also remember the login on this device after the session ends.
   */
  login(c: Context, user: User, options: { keep?: readonly string[]; remember?: boolean } = {}): void | Promise<void> {
    const { keep = this.#options.keep ?? [], remember = false } = readOptions('login()', options, LOGIN_OPTIONS)
    const id = this.#required('idOf', 'login()')(user)
    const epoch = this.#epochOf(user)
    this.#scope(c).session.login(id, { keep, epoch })
    this.#know(c, user)
    return remember ? this.#remembered?.issue(c, id, epoch) : undefined
  }

  /** Ends the session and the device's remembered login. */
  async logout(c: Context): Promise<void> {
    const { session } = this.#scope(c)
    const login = session.user
    session.logout()
    this.#know(c, undefined)
    await this.#remembered?.end(c)
    if (login !== undefined) await this.#options.onLogout?.(login.id, c)
  }

  /** @param decide - returns undefined to let the request pass, or the response; may throw. */
  #guard<U extends User | undefined>(
    decide: (user: User | undefined, c: Context) => unknown,
    { scopes = [], optional = false }: Omit<GuardSecurity, 'schemes'> = {},
  ): AuthGuard<{ readonly user: U }> {
    const schemes: Record<string, SecurityScheme> = {}
    for (const { name, openApi } of this.#schemes) schemes[name] ??= openApi
    if (this.#options.findUser !== undefined) schemes.Session = { type: 'apiKey', in: 'cookie', name: '__Host-session' }
    return guard(c => whenKnown(this.user(c), user => decide(user, c)), { schemes, scopes, optional })
  }

  #know(c: Context, user: User | undefined, found?: Found<User>): User | undefined {
    setUser(c, user, found)
    return user
  }

  /** The request's session. From here on, cookies that it replaces are recorded as ended. */
  #scope(c: Context): ReturnType<typeof requestSession> {
    const scope = requestSession(c, 'session')
    if (this.#options.ended !== undefined) scope.settings.ended ??= this.#options.ended
    return scope
  }

  #impersonate(c: Context, as: unknown): Maybe<User> {
    const isId = typeof as === 'string' || typeof as === 'number'
    const found = isId ? this.#required('findUser', 'as()')(as, c) : (as as User)
    return whenKnown(found, user => {
      if (user === undefined) throw sessionError('impersonation_failed', { id: as })
      return whenKnown(this.login(c, user), () => user)
    })
  }

  #findBySession(c: Context): Maybe<User> {
    const scope = this.#scope(c)
    const { session } = scope
    const login = session.user
    if (login === undefined) return this.#findRemembered(c)
    const { ended } = this.#options
    const found = this.#required('findUser', 'A session')(login.id, c)
    if (ended === undefined) return whenKnown(found, user => this.#current(c, user, login.epoch))
    return Promise.all([found, ended.isEnded(sessionKey(session.id))]).then(([user, isEnded]) => {
      if (!isEnded) return this.#current(c, user, login.epoch)
      // Do not delete the cookie: the browser may be receiving its replacement right now.
      session.discard()
      return undefined
    })
  }

  /** The session's user, unless the epoch has changed. */
  #current(c: Context, user: User | undefined, epoch: string | number): User | undefined {
    if (user !== undefined && this.#epochOf(user) === String(epoch)) return user
    const scope = this.#scope(c)
    scope.isOver = true
    scope.session.destroy()
    return undefined
  }

  /** Turns a remembered login into a session. */
  #findRemembered(c: Context): Maybe<User> {
    // Only for page loads: of a page's many parallel requests one would spend the token and the rest would look like theft.
    if (this.#remembered === undefined || readRemembered(c) === undefined || !isPageLoad(c)) return undefined
    return this.#remembered.redeem(c).then(user => {
      if (user === undefined) return undefined
      const id = this.#required('idOf', 'A remembered login')(user)
      c.session.login(id, { keep: this.#options.keep ?? [], epoch: this.#epochOf(user), remembered: true })
      return user
    })
  }

  #epochOf(user: User): string {
    return String(this.#options.epochOf?.(user) ?? 0)
  }

  #required<Name extends 'findUser' | 'idOf'>(
    option: Name,
    what: string,
  ): NonNullable<AuthenticationOptions<User>[Name]> {
    const given = this.#options[option]
    if (given === undefined) throw sessionError('login_unsupported', { what, option })
    return given
  }

  #deny(c: Context): unknown {
    const { loginPath } = this.#options
    if (loginPath !== undefined && isPageLoad(c) && namesMediaType(c.req.header('accept'), 'text/html')) {
      return c.redirect(`${loginPath}?return=${encodeURIComponent(localTarget(c.req.url))}`)
    }
    throw sessionError('login_required', {}, { headers: { 'WWW-Authenticate': this.#challenges(c) } })
  }

  /**
   * One challenge per scheme (RFC 9110, section 15.5.2). Sessions have none but that of a draft
   * (draft-broyer-http-cookie-auth).
   */
  #challenges(c: Context): string {
    const challenges = this.#schemes.map(({ name, realm }) => challenge(name, { realm }))
    if (challenges.length === 0 || findRequestSession(c) !== undefined) {
      challenges.push(challenge('Cookie', { realm: 'session', 'form-action': this.#options.loginPath }))
    }
    return [...new Set(challenges)].join(', ')
  }
}

/** Makes an {@link Authentication}. @throws ArlenError `option_unknown`, `option_invalid`, `login_unsupported`. */
export function createAuthentication<User extends AppUser = AppUser>(
  options: AuthenticationOptions<User>,
): Authentication<User> {
  return new Authentication(options)
}

function tokensByHash<User>(find: (hash: string, c: Context) => Maybe<User>): AuthScheme<User> {
  return bearer({
    verify: (token, c) => whenKnown(find(hashToken(token), c), user => (user === undefined ? undefined : { user })),
  })
}

function isPageLoad(c: Context): boolean {
  const mode = c.req.header('sec-fetch-mode')
  return (c.req.method === 'GET' || c.req.method === 'HEAD') && (mode === undefined || mode === 'navigate')
}
