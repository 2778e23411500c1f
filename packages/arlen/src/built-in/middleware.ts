import { join } from 'node:path'
import type { Middleware } from '@arlen/core'
import type { Context } from '@arlen/http'
import { securityMiddleware } from '@arlen/security/config'
import { csrf, type SessionStore, sessionMiddleware } from '@arlen/session'
import { developmentSecret, sessionOptions } from '@arlen/session/config'
import type { Config } from '../config/config.ts'

/** The middleware that the configuration registers around every request, outermost first. */
export function builtInMiddleware(
  { security, session }: Config,
  root: string,
  store: SessionStore | undefined,
): Middleware<Context>[] {
  const layers = security.enabled ? securityMiddleware(security) : []
  if (session.enabled) {
    const secret = () => developmentSecret(join(root, '.arlen/session-secret'))
    layers.push(sessionMiddleware({ ...sessionOptions(session, secret), store }))
  }
  return layers
}

/** What guards the routes of an application with sessions against other sites, unless they are exempt. */
export function csrfMiddleware({ session }: Config): Middleware<Context> | undefined {
  return session.enabled && session.csrf ? csrf({ trustedOrigins: session.trustedOrigins }) : undefined
}
