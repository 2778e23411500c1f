import { join } from 'node:path'
import type { Middleware } from '@arlen/core'
import type { Context } from '@arlen/http'
import { security } from '@arlen/security/config'
import { csrf, type SessionStore, session } from '@arlen/session'
import { developmentSecret, sessionOptions } from '@arlen/session/config'
import type { Config } from '../config/config.ts'

/** The middleware that the configuration registers around every request, outermost first. */
export function builtInMiddleware(
  config: Config,
  root: string,
  store: SessionStore | undefined,
): Middleware<Context>[] {
  const layers = config.security.enabled ? security(config.security) : []
  if (config.session.enabled) {
    const secret = () => developmentSecret(join(root, '.arlen/session-secret'))
    layers.push(session({ ...sessionOptions(config.session, secret), store }))
  }
  return layers
}

/** Protects the routes of an application with sessions against cross-site requests, unless they are exempt. */
export function csrfMiddleware(config: Config): Middleware<Context> | undefined {
  const { enabled, csrf: isOn, trustedOrigins } = config.session
  return enabled && isOn ? csrf({ trustedOrigins }) : undefined
}
