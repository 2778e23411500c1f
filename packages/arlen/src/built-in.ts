import type { Middleware } from '@arlen/core'
import type { Context } from '@arlen/http'
import { cors, hostCheck, rateLimit, securityHeaders } from '@arlen/security'
import { csrf, sessionMiddleware } from '@arlen/session'
import type { Config } from './config.ts'
import { developmentSecret } from './development-secret.ts'

/** The middleware that the configuration registers around every request, outermost first. */
export function builtInMiddleware(config: Config, environment: string, root: string): Middleware<Context>[] {
  const { security } = config
  const layers: Middleware<Context>[] = []
  // First, so that what the others refuse has them too.
  if (security.headers !== false) layers.push(securityHeaders(security.headers === true ? {} : security.headers))
  if (security.hosts.length > 0) layers.push(hostCheck({ hosts: security.hosts }))
  if (security.cors.origins.length > 0) layers.push(cors(corsOptions(security.cors)))
  if (security.rateLimit.limit > 0) layers.push(rateLimit(security.rateLimit))
  if (hasSessions(config)) layers.push(sessionMiddleware(sessionOptions(config.session, environment, root)))
  return layers
}

/** Sessions are on unless the application is an API, and where an API names a secret. */
export function hasSessions({ apiOnly, session }: Config): boolean {
  if (session.enabled !== 'auto') return session.enabled
  return !apiOnly || session.secrets.length > 0
}

/** What guards the routes of an application with sessions against other sites, unless they are exempt. */
export function csrfMiddleware(config: Config): Middleware<Context> | undefined {
  if (!hasSessions(config) || !config.session.csrf) return undefined
  return csrf({ trustedOrigins: config.session.csrfTrustedOrigins })
}

function corsOptions({ origins, ...rest }: Config['security']['cors']): Parameters<typeof cors>[0] {
  return { ...rest, origins: origins.includes('*') ? '*' : origins }
}

function sessionOptions(
  session: Config['session'],
  environment: string,
  root: string,
): Parameters<typeof sessionMiddleware>[0] {
  const { secrets, sameSite, idleMs, absoluteMs } = session
  const isProduction = environment === 'production'
  return {
    // Production has no secret but the one it was given, and refuses to start without.
    secrets: secrets.length > 0 || isProduction ? secrets : [developmentSecret(root)],
    secure: session.secure === 'auto' ? isProduction : session.secure,
    sameSite,
    idleMs,
    absoluteMs,
  }
}
