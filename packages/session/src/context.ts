import { Context } from '@arlen/http'
import { CSRF_FIELD } from './csrf-fields.ts'
import { sessionError } from './errors.ts'
import type { RequestSession } from './request-session.ts'
import type { Session } from './session.ts'
import type { Found } from './token-login.ts'
import type { AppUser } from './user.ts'

/** What sessions add to the context. Exported so that importing the package brings the types along. */
export interface SessionContext {
  readonly session: Session
  /** The authenticated user, after `loadUser` or another guard of `Authentication`. */
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

export function setRequestSession(c: Context, scope: RequestSession): void {
  ;(c as Holder)[REQUEST_SESSION] = scope
}

/** @throws ArlenError `session_missing` if no session middleware has run. */
export function requestSession(c: Context, name: string): RequestSession {
  const scope = (c as Holder)[REQUEST_SESSION]
  if (scope === undefined) throw sessionError('session_missing', { name, middleware: 'sessionMiddleware()' })
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
  ;(c as Holder)[KNOWN_USER] = { is: user, found }
}

function csrfToken(this: Context): string {
  const scope = requestSession(this, 'csrfToken()')
  const id = scope.session.persist()
  scope.isPrivate = true
  return scope.settings.csrf.issue(id)
}

/** Defines the members on the shared Context class. Each reports the missing middleware when it is used without one. */
export function extendContext(): void {
  if (Object.getOwnPropertyDescriptor(Context.prototype, 'csrfToken')?.value === csrfToken) return
  Object.defineProperties(Context.prototype, {
    session: {
      configurable: true,
      get(this: Context) {
        return requestSession(this, 'session').session
      },
    },
    user: {
      configurable: true,
      get(this: Context) {
        const user = knownUser(this)
        if (user === undefined) {
          throw sessionError('session_missing', {
            name: 'user',
            middleware: 'loadUser or requireUser of Authentication',
          })
        }
        return user.is
      },
    },
    flash: {
      configurable: true,
      value(this: Context, ...[key, value]: [string, unknown?]): unknown {
        const { flash } = requestSession(this, 'flash()')
        return value === undefined ? flash.get(key) : flash.set(key, value)
      },
    },
    csrfToken: { configurable: true, value: csrfToken },
    csrfField: {
      configurable: true,
      value(this: Context): string {
        return `<input type="hidden" name="${CSRF_FIELD}" value="${this.csrfToken()}">`
      },
    },
  })
}
