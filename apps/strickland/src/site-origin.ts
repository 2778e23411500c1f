import type { App, Context } from 'arlen'

/**
 * The public URL of the shop, for links in mails: https and the first name in `security.hosts`. The request's own host is
 * used only in development, where only this machine is served. Undefined if it is unknown.
 */
export function siteOrigin({ config, environment }: App): (c: Context) => string | undefined {
  const host = config.security.hosts.find(name => !name.startsWith('.'))
  if (environment !== 'development' && environment !== 'test') return () => host && `https://${host}`
  return c => `${c.req.protocol}://${c.req.host}`
}
