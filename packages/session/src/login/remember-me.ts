import { type Context, findCookie } from '@arlen/http'
import { requestSession } from '../context.ts'
import { forgetCookie, setCookie } from '../session/sealed-session.ts'

/** The cookie of a remembered login: a single-use token, as random as a session id. */
export function rememberCookie(c: Context, token: string, lifetimeMs: number): string {
  return setCookie(requestSession(c, 'session').settings.remember, token, Math.floor(lifetimeMs / 1000))
}

export function readRemembered(c: Context): string | undefined {
  const { settings } = requestSession(c, 'session')
  return findCookie(c.req.header('cookie'), settings.remember.name)
}

export function forgetRemembered(c: Context): void {
  const scope = requestSession(c, 'session')
  scope.write(forgetCookie(scope.settings.remember))
}
