import type { Context, ContextConstructor } from '@arlen/http'
import { CSRF_FIELD } from './csrf/csrf-fields.ts'
import { sessionError } from './errors.ts'
import type { AppUser } from './login/user.ts'
import type { RequestSession } from './session/request-session.ts'
import type { Session } from './session/session.ts'
import type { Found } from './token/token-login.ts'

/** What sessions add to the context. Exported so that importing the package brings the types along. */
export interface SessionContext {
  readonly session: Session
  /** The authenticated user, after `loadUser` or another guard of `createAuthentication()`. */
  readonly user: AppUser | undefined
  /**
   * A message for the next page: sets it if a value is given, otherwise reads it. A message that was read is removed
   * with this response.
   */
  flash<T = unknown>(key: string): T | undefined
  flash(key: string, value: unknown): void
  /** A CSRF token for this session, masked differently in each response. */
  csrfToken(): string
  /** The token as a hidden form field. This is HTML: do not escape it. */
  csrfField(): string
}

declare module '@arlen/http' {
  interface ContextExtensions extends SessionContext {}
}

const REQUEST_SESSION = Symbol('arlen.session')

const KNOWN_USER = Symbol('arlen.user')

type Holder = Context & { [REQUEST_SESSION]?: RequestSession; [KNOWN_USER]?: KnownUser }

/** @throws ArlenError `session_context_missing` if the Context class lacks the members of sessions */
function demandMembers(c: Context): void {
  if (!('csrfToken' in c)) throw sessionError('session_context_missing')
}

export function setRequestSession(c: Context, scope: RequestSession): void {
  demandMembers(c)
  ;(c as Holder)[REQUEST_SESSION] = scope
}

/** @throws ArlenError `session_missing` if no session middleware has run. */
export function requestSession(c: Context, name: string): RequestSession {
  const scope = (c as Holder)[REQUEST_SESSION]
  if (scope === undefined) throw sessionError('session_missing', { name, middleware: 'session()' })
  return scope
}

/** Undefined if no session middleware has run, as in an API. */
export function findRequestSession(c: Context): RequestSession | undefined {
  return (c as Holder)[REQUEST_SESSION]
}

/** The request's user, once it has been looked up. */
export interface KnownUser {
  readonly is: unknown
  /** The credentials, unless the user has a session. */
  readonly found: Found<unknown> | undefined
}

export function knownUser(c: Context): KnownUser | undefined {
  return (c as Holder)[KNOWN_USER]
}

export function setUser(c: Context, user: unknown, found?: Found<unknown>): void {
  demandMembers(c)
  ;(c as Holder)[KNOWN_USER] = { is: user, found }
}

/**
 * Adds the members of sessions to a Context class: `createServer(handler, { context: withSession(Context) })`. The package
 * arlen does it for you. Reading a member without the middleware it needs throws the ArlenError `session_missing`, which says
 * which middleware that is.
 */
export function withSession<Base extends ContextConstructor>(base: Base): Base {
  return class extends base {
    override get session(): Session {
      return requestSession(this, 'session').session
    }

    override get user(): AppUser | undefined {
      const user = knownUser(this)
      if (user === undefined) {
        const middleware = 'loadUser or requireUser of createAuthentication()'
        throw sessionError('session_missing', { name: 'user', middleware })
      }
      return user.is as AppUser | undefined
    }

    override flash<T>(...[key, value]: [key: string, value?: unknown]): T | undefined {
      const { flash } = requestSession(this, 'flash()')
      if (value === undefined) return flash.get(key) as T | undefined
      flash.set(key, value)
      return undefined
    }

    override csrfToken(): string {
      const scope = requestSession(this, 'csrfToken()')
      const id = scope.session.persist()
      scope.isPrivate = true
      return scope.settings.csrf.issue(id)
    }

    override csrfField(): string {
      return `<input type="hidden" name="${CSRF_FIELD}" value="${this.csrfToken()}">`
    }
  }
}
