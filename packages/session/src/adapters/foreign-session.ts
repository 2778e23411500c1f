import type { Logger } from '@arlen/core'
import type { Context } from '@arlen/http'
import { ForeignContext, type ForeignHeaders, type ForeignRequest } from '@arlen/http/extend'
import { setRequestSession, withSession } from '../context.ts'
import { type CsrfField, isForm } from '../csrf/csrf.ts'
import { CSRF_FIELD } from '../csrf/csrf-fields.ts'
import { sessionError } from '../errors.ts'
import { RequestSession } from '../session/request-session.ts'
import type { Session } from '../session/session.ts'
import { finish } from '../session/session-middleware.ts'
import type { SessionSettings } from '../session/session-settings.ts'

/** What sessions add to the request of another framework. */
export interface RequestMembers {
  /** The session, opened when it is first read. */
  readonly session: Session
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

const SessionContext = withSession(ForeignContext)

const contexts = new WeakMap<object, Context>()
const requests = new WeakMap<Context, object>()

/** A request with its session; `commit` writes it, before the head of the response is sent. */
export interface OpenedRequest {
  readonly context: Context
  /** Present if the session is still being read from its store. */
  readonly loading: Promise<void> | undefined
  commit(): Promise<void> | undefined
}

export function openRequest(
  settings: SessionSettings,
  request: ForeignRequest,
  headers: ForeignHeaders,
  log: Logger,
): OpenedRequest {
  const context = new SessionContext(request, headers, log)
  const scope = new RequestSession(settings, context)
  setRequestSession(context, scope)
  contexts.set(request, context)
  requests.set(context, request)
  return {
    context,
    loading: settings.store && scope.load(settings.store),
    commit: () => finish(context, scope, undefined) as Promise<void> | undefined,
  }
}

/** @throws ArlenError `session_missing` if no session was opened for the request */
export function contextOf(request: object, middleware: string): Context {
  const context = contexts.get(request)
  if (context === undefined) throw sessionError('session_missing', { name: 'session', middleware })
  return context
}

/**
 * Reads the token from forms that were already parsed into `request.body`.
 *
 * @param own - the middleware that checks the token, for the error
 * @param remedy - what parses forms in that framework
 */
export function bodyField(own: string, remedy: string): (c: Context) => CsrfField | undefined {
  return c => {
    if (!isForm(c.req.header('content-type') ?? '')) return undefined
    const { body } = (requests.get(c) ?? {}) as { body?: unknown }
    if (typeof body !== 'object' || body === null) throw sessionError('csrf_form_unread', { own, remedy })
    return { value: (body as Record<string, unknown>)[CSRF_FIELD] }
  }
}
