import { type App, type Context, HttpError } from 'arlen'

/**
 * Where the site is, for links in e-mails: https and the first name in `security.hosts`. The host that a request names counts
 * only in development and tests: elsewhere, a stranger's request would decide where a secret link leads.
 */
export function siteOrigin({ config, environment }: App, c: Context): string {
  if (environment === 'development' || environment === 'test') return `${c.req.protocol}://${c.req.host}`
  const host = config.security.hosts.find(name => !name.startsWith('.'))
  if (!host) throw new HttpError(503, 'site_unknown', { detail: 'Set security.hosts to the host name of this site.' })
  return `https://${host}`
}
